import * as z from 'zod'
import { bytes } from '../kit/scalars.ts'
import { defineFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { BY_HELPER } from './parts/cluster-kinds.ts'
import { WITNESSED } from './parts/identity-effect.ts'
import { containerKey, refuseKeys } from './parts/kubernetes-keys.ts'
import { workloadCrossing } from './parts/links.ts'
import { onEvery, readingOf, unseen } from './parts/readings.ts'
import { counted, spokenBytes } from './parts/words.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    size: bytes
      .refine((size) => size > 0, { error: 'A size of 0 is no stress.' })
      .describe('Memory that each worker fills and holds. No default.'),
    workers: z.number().int().min(1).max(1_024).default(1).describe('Workers that hold memory. Default: 1.'),
    container: containerKey(),
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
    kubernetes: {
      mechanism:
        "A worker process of the daemon joins the container's control group and then fills memory, all workers' share in one. It is the first that the kernel ends when the container's limit is met; with cgroup v2 that may end the whole container.",
      proof: `The worker runs, and the container holds at least half of the memory asked for more than before. ${WITNESSED}`,
      ends: 'By parent-death signal when the daemon ends, and by a timeout of its own.',
    },
  },
  platforms: ['process', 'kubernetes'],
  parameters,
  searchable: { workers: 'count' },
  defaultMode: 'one',
  recipe: ({ size, workers, container }, facts) => {
    refuseKeys('memory-stress', { container })
    return {
      mechanism: 'worker processes that hold memory on the same machine',
      apply: [{ do: 'start-stress', id: facts.id, stress: { kind: 'memory', workers, bytes: size } }],
      undo: [{ do: 'stop-stress', id: facts.id }],
      expires: 'agent',
      evidence: { probe: 'stress', id: facts.id },
      crossing: workloadCrossing(facts),
    }
  },
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
  cluster: {
    ...BY_HELPER,
    recipe: ({ size, workers, container }) => ({
      actor: 'daemon',
      ways: [
        {
          mechanism: "memory held in the container's control group",
          actions: [{ do: 'stress-memory', container, bytes: size * workers }],
        },
      ],
      probe: { probe: 'group', container },
    }),
    effect: ({ size, workers }, targets) =>
      clusterEffect(targets, 'group', ({ before, under }) => {
        const asked = size * workers
        const [was, is] = [before?.memoryBytes, under.memoryBytes]
        const rise = was === undefined || is === undefined ? undefined : is - was
        const spoken = (held: number | undefined) => (held === undefined ? 'unknown' : spokenBytes(held))
        return {
          effective: (under.running ?? 0) > 0 && (rise ?? 0) >= LEAST_SHARE * asked,
          seen: `${spoken(was)} → ${spoken(is)} in use, ${spokenBytes(asked)} asked for, ${counted(under.running ?? 0, 'worker')} running`,
        }
      }),
  },
  describe: ({ size, workers }) => `${spokenBytes(size)} in ${counted(workers, 'worker')}${workers > 1 ? ' each' : ''}`,
})
