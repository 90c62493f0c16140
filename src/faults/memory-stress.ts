import * as z from 'zod'
import { bytes } from '../kit/scalars.ts'
import { defineFault } from './define-fault.ts'
import { workloadCrossing } from './parts/links.ts'
import { onEvery, readingOf, unseen } from './parts/readings.ts'
import { counted, spokenBytes } from './parts/words.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    size: bytes
      .refine((size) => size > 0, { error: 'A size of 0 is no stress.' })
      .describe('Memory that each worker fills and holds. No default.'),
    workers: z.number().int().min(1).max(1_024).default(1).describe('Workers that hold memory. Default: 1.'),
  }),
)

/** Some of it may have been swapped out: then it is not in use, and the machine is under pressure all the same. */
const LEAST_SHARE = 0.5

/** Takes memory away from what runs on the machine of the target. */
export const memoryStress = defineFault<z.infer<typeof parameters>>({
  type: 'memory-stress',
  group: 'resource',
  summary: 'Fills memory beside the target and holds it: workers on the same machine.',
  notes: {
    mechanism: 'Worker processes on the same machine fill memory and keep it in use.',
    proof:
      'Every worker runs, and together they hold at least half of the memory asked for; the rest may have been swapped out.',
    ends: "The agent ends the workers, at the latest at the fault's deadline.",
    example: '{type: memory-stress, target: {workload: api}, size: 256MiB}',
  },
  platforms: ['process'],
  parameters,
  searchable: { workers: 'count' },
  defaultMode: 'one',
  recipe: ({ size, workers }, facts) => ({
    mechanism: 'worker processes that hold memory on the same machine',
    apply: [{ do: 'start-stress', id: facts.id, stress: { kind: 'memory', workers, bytes: size } }],
    undo: [{ do: 'stop-stress', id: facts.id }],
    expires: 'agent',
    evidence: { probe: 'stress', id: facts.id },
    crossing: workloadCrossing(facts),
  }),
  /** Effective where every worker runs and together they hold at least half of what was asked for. */
  effect: ({ size, workers }, _, under, facts) => {
    const reading = readingOf(under, 'stress')
    if (!reading) return unseen(facts, 'the workers could not be looked at')
    const asked = workers * size
    const injected = workers > 0 && reading.running >= workers
    return {
      injected: onEvery(facts, injected, `${reading.running} of ${counted(workers, 'worker')} run beside it`),
      effective: injected && asked > 0 && reading.bytes >= LEAST_SHARE * asked,
      seen: `${spokenBytes(reading.bytes)} held by ${reading.running} of ${counted(workers, 'worker')}, ${spokenBytes(asked)} asked for`,
    }
  },
  describe: ({ size, workers }) => `${spokenBytes(size)} in ${counted(workers, 'worker')}${workers > 1 ? ' each' : ''}`,
})
