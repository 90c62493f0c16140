import * as z from 'zod'
import { durationMs } from '../kit/scalars.ts'
import { defineClusterFault } from './define-fault.ts'
import { PODS_BY_API } from './parts/cluster-kinds.ts'
import { goneEffect, WITNESSED } from './parts/identity-effect.ts'
import { spokenMs } from './parts/words.ts'

const parameters = z.lazy(() =>
  z
    .strictObject({
      'grace-period': durationMs
        .optional()
        .describe("Time between SIGTERM and SIGKILL, in whole seconds. Default: the pod's own."),
    })
    .transform((given) => ({ gracePeriod: given['grace-period'] })),
)

/** Asks pods to go as a drain or an autoscaler does, within the disruption budgets. */
export const evict = defineClusterFault<z.infer<typeof parameters>>({
  type: 'evict',
  group: 'workload',
  summary: 'Evicts pods through the API, as a drain or an autoscaler does; disruption budgets are honoured.',
  notes: {
    mechanism:
      'The controller asks for an eviction. A disruption budget that forbids it makes this a fault that was not injected, with the words of the budget.',
    proof: `The pod of that UID is gone: its name is free, or held by another UID. No tolerance. ${WITNESSED}`,
    ends: 'There is nothing to end: the workload controller makes another pod.',
    example: '{type: evict, target: {workload: web, mode: one}}',
  },
  parameters,
  searchable: {},
  defaultMode: 'one',
  cluster: {
    ...PODS_BY_API,
    recipe: ({ gracePeriod }) => ({
      actor: 'controller',
      mechanism: 'pod evicted',
      actions: [
        { do: 'evict-pod', graceSeconds: gracePeriod === undefined ? undefined : Math.ceil(gracePeriod / 1_000) },
      ],
    }),
    effect: (_, targets) => goneEffect(targets),
  },
  describe: ({ gracePeriod }) => (gracePeriod === undefined ? '' : `with ${spokenMs(gracePeriod)} of grace`),
})
