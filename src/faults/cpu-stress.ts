import * as z from 'zod'
import { ratio } from '../kit/scalars.ts'
import { defineFault } from './define-fault.ts'
import { workloadCrossing } from './parts/links.ts'
import { onEvery, readingOf, unseen } from './parts/readings.ts'
import { counted, spokenShare } from './parts/words.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    workers: z.number().int().min(1).max(1_024).default(1).describe('Busy workers, one core each. Default: 1.'),
    load: ratio
      .prefault('100%')
      .refine((load) => load > 0, { error: 'A load of 0% is no stress.' })
      .describe('Share of its core that each worker uses. Default: 100%.'),
  }),
)

/** Of what was asked for, and of one core at most: a machine that is busy already gives less, and that is the stress. */
const LEAST_SHARE = 0.1

/** Takes cores away from what runs on the machine of the target. */
export const cpuStress = defineFault<z.infer<typeof parameters>>({
  type: 'cpu-stress',
  group: 'resource',
  summary: 'Uses up processor time beside the target: busy workers on the same machine.',
  notes: {
    mechanism: 'Worker processes on the same machine count as fast as they can for the asked share of the time.',
    proof:
      'Every worker runs, and together they use at least a tenth of the cores asked for (a tenth of one core where more was asked for): a busy machine gives less, and that is the stress.',
    ends: "The agent ends the workers, at the latest at the fault's deadline.",
    example: '{type: cpu-stress, target: {workload: api}, workers: 2, load: 80%}',
  },
  platforms: ['process'],
  parameters,
  searchable: { workers: 'count', load: 'ratio' },
  defaultMode: 'one',
  recipe: ({ workers, load }, facts) => ({
    mechanism: 'busy worker processes on the same machine',
    apply: [{ do: 'start-stress', id: facts.id, stress: { kind: 'cpu', workers, loadRatio: load } }],
    undo: [{ do: 'stop-stress', id: facts.id }],
    expires: 'agent',
    evidence: { probe: 'stress', id: facts.id },
    crossing: workloadCrossing(facts),
  }),
  /** Effective where every worker runs and together they use at least a tenth of what was asked for, or of one core. */
  effect: ({ workers, load }, _, under, facts) => {
    const reading = readingOf(under, 'stress')
    if (!reading) return unseen(facts, 'the workers could not be looked at')
    const asked = workers * load
    const injected = workers > 0 && reading.running >= workers
    return {
      injected: onEvery(facts, injected, `${reading.running} of ${counted(workers, 'worker')} run beside it`),
      effective: injected && asked > 0 && reading.cores >= LEAST_SHARE * Math.min(asked, 1),
      seen: `${reading.cores.toFixed(2)} cores used by ${reading.running} of ${counted(workers, 'worker')}, ${asked.toFixed(2)} asked for`,
    }
  },
  describe: ({ workers, load }) => `${counted(workers, 'worker')} at ${spokenShare(load)}`,
})
