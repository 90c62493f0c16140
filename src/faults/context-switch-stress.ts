import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { BY_HELPER } from './parts/cluster-kinds.ts'
import { WITNESSED } from './parts/identity-effect.ts'
import { containerKey } from './parts/kubernetes-keys.ts'
import { counted } from './parts/words.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    workers: z.int().min(1).max(256).default(2).describe('Pairs of threads that wake each other. Default: 2.'),
    container: containerKey(),
  }),
)

/** More each second than before. A pair that wakes each other does many times this on any machine that runs it at all. */
const LEAST_RISE = 1_000

/** Keeps the scheduler busy in place of the processor. */
export const contextSwitchStress = defineClusterFault<z.infer<typeof parameters>>({
  type: 'context-switch-stress',
  group: 'resource',
  summary: 'Makes the kernel switch between threads all the time, beside the target and within its limits.',
  notes: {
    mechanism: "Workers of the daemon run in the container's control group and wake each other as fast as they can.",
    proof: `Every worker runs, and the control group switches at least 1000 times a second more than before. ${WITNESSED}`,
    ends: 'By parent-death signal when the daemon ends, and by a timeout of their own.',
    example: '{type: context-switch-stress, target: {workload: api}, workers: 4}',
  },
  parameters,
  searchable: { workers: 'count' },
  defaultMode: 'one',
  cluster: {
    ...BY_HELPER,
    recipe: ({ workers, container }) => ({
      actor: 'daemon',
      ways: [
        {
          mechanism: "workers that wake each other in the container's control group",
          actions: [{ do: 'stress-switches', container, workers }],
        },
      ],
      probe: { probe: 'group', container },
    }),
    effect: ({ workers }, targets) =>
      clusterEffect(targets, 'group', ({ before, under }) => {
        const [was, is] = [before?.switchesPerSecond, under.switchesPerSecond]
        const rise = was === undefined || is === undefined ? 0 : is - was
        const { running = 0 } = under
        return {
          effective: running >= workers && rise >= LEAST_RISE,
          seen: `${spoken(was)} → ${spoken(is)} switches each second, ${running} of ${counted(workers, 'worker')} running`,
        }
      }),
  },
  describe: ({ workers }) => counted(workers, 'worker'),
})

function spoken(switches: number | undefined): string {
  return switches === undefined ? 'unknown' : String(Math.round(switches))
}
