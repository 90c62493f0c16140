import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Journal } from '../../src/model/journal.ts'

const CLI = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url))

export interface Finished {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder of its own for one run: suite, reports and state. */
export interface Workplace {
  readonly folder: string
  readonly suite: string
  readonly reports: string
  readonly env: NodeJS.ProcessEnv
}

export function workplace(suite: string): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-e2e-'))
  const path = join(folder, 'seaworthy.yaml')
  writeFileSync(path, suite)
  const { RUNNER_TEMP: _, CI: __, ...env } = process.env
  return {
    folder,
    suite: path,
    reports: join(folder, 'out'),
    env: { ...env, SEAWORTHY_STATE_DIR: join(folder, 'state') },
  }
}

interface Started {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
}

/** Starts the built command line, as a user would: once more where it says itself that a busy machine kept it from a verdict. */
export function start(place: Workplace, args: readonly string[]): Started {
  const { child, finished } = startOnce(place, args)
  return {
    child,
    finished: finished.then((ended) => (isOfBusyMachine(ended) ? startOnce(place, args).finished : ended)),
  }
}

function isOfBusyMachine({ exitCode, stdout, stderr }: Finished): boolean {
  return exitCode === 3 && `${stdout}${stderr}`.includes('sent late by this machine')
}

function startOnce(place: Workplace, args: readonly string[]): Started {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: place.folder,
    env: place.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8')
  })
  const finished = new Promise<Finished>((resolve) =>
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr })),
  )
  return { child, finished }
}

export function seaworthy(place: Workplace, ...args: readonly string[]): Promise<Finished> {
  return start(place, args).finished
}

/** Runs the workplace's suite to its end. */
export async function gate(
  place: Workplace,
  ...more: readonly string[]
): Promise<Finished & { readonly journal: Journal | undefined }> {
  const finished = await seaworthy(place, 'run', place.suite, '--report-dir', place.reports, '--seed', '7', ...more)
  const path = join(place.reports, 'journal.json')
  return { ...finished, journal: existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Journal) : undefined }
}

/** Waits until something is so; the test's own time limit ends it when it never is. */
export async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const seen = look()
    if (seen !== undefined && seen !== false) return seen
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export function events(place: Workplace): { readonly event: string; readonly [key: string]: unknown }[] {
  const path = join(place.reports, 'events.ndjson')
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

/** Processes that a workplace's runs started, by their environment. */
export function processesOf(place: Workplace): number[] {
  const marker = `SEAWORTHY_RUN=`
  const runs = existsSync(join(place.folder, 'state', 'runs')) ? readdirSync(join(place.folder, 'state', 'runs')) : []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const environment = environmentOf(pid)
      return runs.some((run) => environment.includes(`${marker}${run}`)) || environment.includes(place.folder)
    })
    .filter((pid) => pid !== process.pid)
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return ''
  }
}
