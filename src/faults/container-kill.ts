import * as z from 'zod'
import { durationMs } from '../kit/scalars.ts'
import { defineClusterFault } from './define-fault.ts'
import { ONCE_ON_PODS } from './parts/cluster-kinds.ts'
import { killedEffect, WITNESSED } from './parts/identity-effect.ts'
import { containerKey } from './parts/kubernetes-keys.ts'
import { spokenMs } from './parts/words.ts'

const parameters = z.lazy(() =>
  z
    .strictObject({
      container: containerKey(),
      'grace-period': durationMs
        .prefault('0ms')
        .describe('Time between SIGTERM and SIGKILL. Default: 0ms, killed at once, as a crash does.'),
    })
    .transform(({ container, 'grace-period': gracePeriod }) => ({ container, gracePeriod })),
)

/** Ends one container and leaves its pod: the kubelet starts it again in the same place. */
export const containerKill = defineClusterFault<z.infer<typeof parameters>>({
  type: 'container-kill',
  group: 'workload',
  summary:
    'Ends one container of a pod, at once or after a period of grace; the kubelet starts it again in the same pod.',
  notes: {
    mechanism:
      "The daemon signals the container's first process from outside. A container that was killed shortly before is started again only after the kubelet's back-off: 10 s, 20 s and so on.",
    proof: `The first process that ran before is gone, or another one (by pid and start time) is in its place. No tolerance. ${WITNESSED}`,
    ends: 'There is nothing to end: the kubelet starts the container again.',
    example: '{type: container-kill, target: {workload: web, mode: one}, container: app}',
  },
  parameters,
  searchable: {},
  defaultMode: 'one',
  cluster: {
    ...ONCE_ON_PODS,
    recipe: ({ container, gracePeriod }) => {
      const signal = gracePeriod > 0 ? 'SIGTERM' : 'SIGKILL'
      return {
        actor: 'daemon',
        ways: [
          {
            mechanism: gracePeriod > 0 ? `SIGTERM, SIGKILL after ${spokenMs(gracePeriod)}` : 'SIGKILL',
            actions: [{ do: 'kill', container, process: undefined, signal, graceMs: gracePeriod }],
          },
        ],
        probe: { probe: 'process', container, process: undefined },
      }
    },
    effect: (_, targets) => killedEffect(targets, 'its first process'),
  },
  describe: ({ container, gracePeriod }) =>
    [container ?? '', gracePeriod > 0 ? `after ${spokenMs(gracePeriod)} of grace` : '']
      .filter((part) => part !== '')
      .join(' '),
})
