import * as z from 'zod'
import { ratio } from '../kit/scalars.ts'
import type { NodeReading } from '../model/cluster/reading.ts'
import { defineFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { BY_HELPER } from './parts/cluster-kinds.ts'
import { WITNESSED } from './parts/identity-effect.ts'
import { containerKey, refuseKeys } from './parts/kubernetes-keys.ts'
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
    container: containerKey(),
  }),
)

/** Of what was asked for, and of one core at most: a machine that is busy already gives less, and that is the stress. */
const LEAST_SHARE = 0.1

/** In a container of its own limits: what it does not get it is throttled for. */
const LEAST_RISE = 0.5

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
    kubernetes: {
      mechanism:
        "Worker processes of the daemon run in the container's control group, so that its limits hold and the target shares them.",
      proof: `Every worker runs, and the container uses at least half of the cores asked for more than before, or was throttled at least twice a second since (of ten periods each second). ${WITNESSED}`,
      ends: 'By parent-death signal when the daemon ends, and by a timeout of their own.',
    },
  },
  platforms: ['process', 'kubernetes'],
  parameters,
  searchable: { workers: 'count', load: 'ratio' },
  defaultMode: 'one',
  recipe: ({ workers, load, container }, facts) => {
    refuseKeys('cpu-stress', { container })
    return {
      mechanism: 'busy worker processes on the same machine',
      apply: [{ do: 'start-stress', id: facts.id, stress: { kind: 'cpu', workers, loadRatio: load } }],
      undo: [{ do: 'stop-stress', id: facts.id }],
      expires: 'agent',
      evidence: { probe: 'stress', id: facts.id },
      crossing: workloadCrossing(facts),
    }
  },
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
  cluster: {
    ...BY_HELPER,
    recipe: ({ workers, load, container }) => ({
      actor: 'daemon',
      ways: [
        {
          mechanism: "busy workers in the container's control group",
          actions: [{ do: 'stress-cpu', container, workers, loadRatio: load }],
        },
      ],
      probe: { probe: 'group', container },
    }),
    effect: ({ workers, load }, targets) =>
      clusterEffect(targets, 'group', ({ before, under, target }) => {
        const { running = 0, cores, throttled } = under
        const asked = workers * load
        const rise = cores === undefined || before?.cores === undefined ? undefined : cores - before.cores
        const held = throttledOften(before, under, target.injectedAt)
        return {
          effective: running >= workers && asked > 0 && (held || (rise ?? 0) >= LEAST_RISE * asked),
          seen: `${spokenCores(before?.cores)} → ${spokenCores(cores)} cores used, ${asked.toFixed(2)} asked for by ${running} of ${counted(workers, 'worker')}, throttled ${before?.throttled ?? 'unknown'} → ${throttled ?? 'unknown'} times`,
        }
      }),
  },
  describe: ({ workers, load }) => `${counted(workers, 'worker')} at ${spokenShare(load)}`,
})

/** Each second, of ten periods of the CPU controller: what the workers of the target ask for beside ours they do not get. */
const LEAST_THROTTLED = 2

/** The count goes on from the start of the container: what there was before the fault is not of it. */
function throttledOften(before: NodeReading | undefined, under: NodeReading, injectedAt: string | undefined): boolean {
  if (before?.throttled === undefined || under.throttled === undefined) return false
  const seconds = (under.at - Date.parse(injectedAt ?? '')) / 1_000
  return seconds > 0 && (under.throttled - before.throttled) / Math.max(1, seconds) >= LEAST_THROTTLED
}

function spokenCores(cores: number | undefined): string {
  return cores === undefined ? 'unknown' : cores.toFixed(2)
}
