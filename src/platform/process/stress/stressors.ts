import { join } from 'node:path'
import { systemClock } from '../../../kit/clock.ts'
import { SeaworthyError } from '../../../kit/errors.ts'
import type { Identity } from '../../../kit/process-identity.ts'
import type { RunContext } from '../../../model/ports.ts'
import type { Reading, Stress } from '../../../model/recipe.ts'
import { endAll } from '../end-processes.ts'
import { startMark } from '../marks.ts'
import { processTable } from '../process-table.ts'
import { type Child, describeEnd } from '../warden/roll.ts'
import type { Warden } from '../warden/warden-client.ts'
import { STRESS_READY } from './stress-helper.ts'

type StressReading = Extract<Reading, { readonly probe: 'stress' }>

export interface Stressors {
  /** Resolves when every worker is under way. Throws SeaworthyError('ENGINE') where one could not be started. Idempotent. */
  readonly start: (id: string, stress: Stress) => Promise<void>
  readonly stop: (id: string) => Promise<void>
  readonly read: (id: string) => Promise<StressReading>
  readonly active: () => readonly string[]
}

interface Workers {
  readonly children: Child[]
  readonly stopping: AbortController
  started: Promise<void>
  /** Where the last reading of processor time was taken. */
  sample: { readonly atMs: number; readonly cpuMs: number } | undefined
}

/** To fill and hold 100 GiB takes about so long. */
const READY_MS = 60_000
/** Processor time is counted in ticks of 10 ms: over less than this a ratio says nothing. */
const LEAST_SPAN_MS = 300
const LOG_LIMIT_BYTES = 64 * 1024

/** Workers beside the services, one process each, started by the warden and gone with it. */
export function createStressors(context: RunContext, warden: Warden): Stressors {
  const running = new Map<string, Workers>()
  let serial = 0

  const launch = async (id: string, stress: Stress, workers: Workers) => {
    // All of them have started, or not, before the first error is told: none may start behind the back of `stop`.
    const launched = await Promise.allSettled(
      Array.from({ length: stress.workers }, async () => {
        serial += 1
        const child = await warden.start({
          id: `stress-${id}#${serial}`,
          command: workerCommand(context.helperCommand, stress),
          directory: context.workFolder,
          environment: context.environment,
          log: { path: join(context.reportFolder, 'logs', `stress-${id}.log`), limitBytes: LOG_LIMIT_BYTES },
          watchFor: STRESS_READY,
          holdInput: true,
        })
        if (!('identity' in child)) throw notStarted(id, describeEnd(child))
        workers.children.push(child)
        await underWay(id, child, workers.stopping.signal)
      }),
    )
    const failed = launched.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    workers.sample = await sampleOf(workers.children)
  }

  const stop = async (id: string) => {
    const workers = running.get(id)
    if (!workers) return
    workers.stopping.abort()
    await workers.started.catch(() => {})
    const { left } = await endAll(
      workers.children.map(({ identity }) => identity),
      workers.children.map((child) => startMark(context.run, child.id)),
    )
    if (left.length > 0)
      throw new SeaworthyError('ENGINE', `stressors of ${id} did not end: ${left.join(', ')}`, { target: id })
    running.delete(id)
  }

  return {
    start: async (id, stress) => {
      const known = running.get(id)
      if (known) return known.started
      const workers: Workers = {
        children: [],
        stopping: new AbortController(),
        started: Promise.resolve(),
        sample: undefined,
      }
      running.set(id, workers)
      workers.started = launch(id, stress, workers)
      try {
        await workers.started
      } catch (error) {
        await stop(id)
        throw error
      }
    },
    stop,
    read: async (id) => readStress(running.get(id)),
    active: () => [...running.keys()].map((id) => `stress ${id}`),
  }
}

function workerCommand(helper: readonly string[], stress: Stress): readonly [string, ...string[]] {
  const [program = '', ...words] = helper
  return stress.kind === 'cpu'
    ? [program, ...words, 'stress-cpu', String(stress.loadRatio)]
    : [program, ...words, 'stress-memory', String(stress.bytes)]
}

async function underWay(id: string, child: Child, stopping: AbortSignal): Promise<void> {
  const late = new AbortController()
  const wait = systemClock.sleep(READY_MS, AbortSignal.any([late.signal, stopping])).then(
    () => 'it was not under way in time',
    () => 'it was stopped',
  )
  const trouble = await Promise.race([child.sawLine.then(() => undefined), child.ended.then(describeEnd), wait])
  late.abort()
  if (trouble !== undefined && !stopping.aborted) throw notStarted(id, trouble)
}

async function readStress(workers: Workers | undefined): Promise<StressReading> {
  if (!workers) return { probe: 'stress', running: 0, cores: 0, bytes: 0 }
  const before = workers.sample
  const now = await sampleOf(workers.children)
  const spanMs = before ? now.atMs - before.atMs : 0
  if (before && spanMs < LEAST_SPAN_MS) {
    await systemClock.sleep(LEAST_SPAN_MS - spanMs)
    return readStress(workers)
  }
  workers.sample = now
  const cores = before ? Math.max(0, now.cpuMs - before.cpuMs) / spanMs : 0
  return { probe: 'stress', running: now.running, cores, bytes: now.bytes }
}

async function sampleOf(children: readonly Child[]) {
  const identities: readonly Identity[] = children.map(({ identity }) => identity)
  const table = new Map((await processTable()).map((entry) => [entry.pid, entry]))
  const atMs = systemClock.monotonic()
  const there = identities.flatMap((identity) => {
    const entry = table.get(identity.pid)
    return entry && entry.startTime === identity.startTime ? [entry] : []
  })
  const sum = (of: (entry: (typeof there)[number]) => number) => there.reduce((total, entry) => total + of(entry), 0)
  return {
    atMs,
    running: there.length,
    cpuMs: sum(({ cpuMs }) => cpuMs),
    bytes: sum(({ residentBytes }) => residentBytes),
  }
}

function notStarted(id: string, why: string): SeaworthyError {
  return new SeaworthyError('ENGINE', `a stressor of ${id} did not start: ${why}`, {
    target: id,
    remedy: 'Ask for fewer workers or less memory; its log is beside those of the services.',
  })
}
