import * as z from 'zod'
import { durationMs } from '../kit/scalars.ts'
import { defineClusterFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { WORKLOAD_BY_API } from './parts/cluster-kinds.ts'
import { isSmall, manifestKey, SHORTEST_PERIOD_MS, TOO_LARGE } from './parts/manifests.ts'
import { counted, listed, spokenMs } from './parts/words.ts'

const MOST_MANIFESTS = 16

const parameters = z.lazy(() =>
  z.strictObject({
    manifests: z
      .array(manifestKey())
      .min(1)
      .max(MOST_MANIFESTS)
      .refine(isSmall, { error: TOO_LARGE })
      .describe('Objects to create; they are named after the fault and lie in its namespace. No default.'),
    period: durationMs
      .refine((period) => period >= SHORTEST_PERIOD_MS, { error: 'A period is at least 1s.' })
      .optional()
      .describe('The objects come and go, each for half of this time. Default: they stay.'),
  }),
)

/** Creates any objects for as long as the fault lasts. */
export const apply = defineClusterFault<z.infer<typeof parameters>>({
  type: 'apply',
  group: 'open',
  summary: 'Creates objects of your own for as long as the fault lasts: a quota, a policy, a noisy neighbour.',
  notes: {
    mechanism:
      'The controller creates the objects in the namespace of the fault. Objects that give rights or change what the cluster accepts are refused.',
    proof:
      'Every object is there on a fresh read; with a period, they have come at least once. What they do to users is for the objectives to say.',
    ends: 'The controller removes the objects, at the latest at the deadline.',
    example:
      '{type: apply, target: {workload: Deployment/api}, manifests: [{apiVersion: v1, kind: ResourceQuota, spec: {hard: {pods: "2"}}}]}',
  },
  parameters,
  searchable: {},
  defaultMode: 'all',
  cluster: {
    ...WORKLOAD_BY_API,
    targets: 'namespace',
    open: true,
    recipe: ({ manifests, period }) => ({
      actor: 'controller',
      mechanism: 'objects created',
      actions: [{ do: 'objects', manifests, periodMs: period }],
    }),
    effect: ({ manifests, period }, targets) =>
      clusterEffect(targets, 'object', ({ under: { running = 0, restarts = 0 } }) => ({
        effective: running >= manifests.length || (period !== undefined && restarts > 0),
        seen: `${running} of ${counted(manifests.length, 'object')} there${period === undefined ? '' : `, came ${restarts} times`}`,
      })),
  },
  describe: ({ manifests, period }) =>
    `${listed(manifests.map(({ kind }) => kind))}${period === undefined ? '' : `, on and off every ${spokenMs(period)}`}`,
})
