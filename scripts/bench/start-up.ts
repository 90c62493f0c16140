import { join } from 'node:path'
import { start } from '../../src/kit/exec.ts'
import { alternate } from './alternate.ts'
import { median, type Row, round } from './row.ts'

const TURNS = 21

interface Cost {
  readonly wallMs: number
  readonly cpuMs: number
}

/** What the built command line takes to say its help and to validate a suite, against a Node that does nothing. */
export async function startUp(cli: string, suite: string, folder: string): Promise<readonly Row[]> {
  const meter = join(import.meta.dirname, 'cpu-meter.cjs')
  const empty = () => costOf(meter, folder, [join(import.meta.dirname, 'empty.cjs')])
  return [
    ...(await compare('--help', 2, () => costOf(meter, folder, [cli, '--help']), empty)),
    ...(await compare('validate', 4, () => costOf(meter, folder, [cli, 'validate', suite]), empty)),
  ]
}

async function compare(
  what: string,
  atMost: number,
  ours: () => Promise<Cost>,
  empty: () => Promise<Cost>,
): Promise<readonly Row[]> {
  const pairs = await alternate(TURNS, ours, empty)
  return (['wallMs', 'cpuMs'] as const).map((figure) => {
    const peer = median(pairs.map(({ other }) => other[figure]))
    const own = median(pairs.map(({ one }) => one[figure]))
    return {
      what: `${what}, ${figure === 'wallMs' ? 'time' : 'CPU time'}`,
      measured: round(median(pairs.map(({ one, other }) => one[figure] / other[figure]))),
      unit: 'times an empty script',
      target: { atMost },
      peer: `${round(own, 1)} ms against ${round(peer, 1)} ms`,
    }
  })
}

/** Wall time from the start of a process to its end, and the processor time that it says at its end. */
async function costOf(meter: string, folder: string, words: readonly string[]): Promise<Cost> {
  const startedAt = performance.now()
  const child = start(process.execPath, ['--require', meter, ...words], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  })
  let said = ''
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8')
  })
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (exitCode !== 0) throw new Error(`${words.join(' ')} ended with ${exitCode}`)
  return { wallMs: performance.now() - startedAt, cpuMs: Number(said) / 1_000 }
}
