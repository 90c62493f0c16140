import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../../src/kit/exec.ts'
import { type Journal, journalSchema } from '../../src/model/journal.ts'

const SAMPLE_MS = 200

export interface MeasuredRun {
  readonly journal: Journal
  /** Most memory that was ever resident, in MB; undefined where the machine has no /proc. */
  readonly mainMb: number | undefined
  readonly wardenMb: number | undefined
}

/** Runs a suite with the built command line to its end, whatever its verdict. Throws when it left no journal. */
export async function measuredRun(cli: string, suite: string, folder: string): Promise<MeasuredRun> {
  const reports = join(folder, 'out')
  const child = start(process.execPath, [cli, 'run', suite, '--report-dir', reports, '--seed', '7'], {
    cwd: folder,
    env: { ...process.env, SEAWORTHY_STATE_DIR: join(folder, 'state') },
    stdio: 'ignore',
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  let [mainMb, wardenMb]: (number | undefined)[] = []
  const sampler = setInterval(() => {
    mainMb = peakMb(child.pid) ?? mainMb
    wardenMb = peakMb(wardenOf(child.pid)) ?? wardenMb
  }, SAMPLE_MS)
  await ended
  clearInterval(sampler)
  const journal = journalSchema.parse(JSON.parse(readFileSync(join(reports, 'journal.json'), 'utf8')))
  return { journal, mainMb, wardenMb }
}

/** The peak of a Node that does nothing, in MB. */
export async function emptyPeakMb(): Promise<number | undefined> {
  const child = start(process.execPath, ['--eval', "console.log('up'); setInterval(() => {}, 1000)"], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await new Promise((resolve) => child.stdout?.once('data', resolve))
  const peak = peakMb(child.pid)
  child.kill()
  return peak
}

function peakMb(pid: number | undefined): number | undefined {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(pid, 'status'))?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}

function wardenOf(parent: number | undefined): number | undefined {
  const children = readProc(parent, `task/${parent}/children`).split(' ').filter(Boolean).map(Number)
  return children.find((pid) => readProc(pid, 'cmdline').includes('internal\0warden'))
}

function readProc(pid: number | undefined, file: string): string {
  if (pid === undefined) return ''
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/** Bytes of all files in a folder. */
export function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + readFileSync(join(entry.parentPath, entry.name)).length, 0)
}
