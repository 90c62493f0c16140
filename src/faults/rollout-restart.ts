import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { WORKLOAD_BY_API } from './parts/cluster-kinds.ts'
import { counted } from './parts/words.ts'

const parameters = z.lazy(() => z.strictObject({}))

/** Replaces all pods of a workload in the workload's own order. */
export const rolloutRestart = defineClusterFault<z.infer<typeof parameters>>({
  type: 'rollout-restart',
  group: 'workload',
  summary:
    'Restarts a workload as `kubectl rollout restart` does: its pods are replaced in the order of its own strategy.',
  notes: {
    mechanism:
      'The controller writes the time into an annotation of the pod template, and Kubernetes replaces the pods.',
    proof: 'At least one pod of the workload is newer than the fault. How many is said beside it.',
    ends: 'There is nothing to end: the rollout goes on by itself.',
    example: '{type: rollout-restart, target: {workload: web}}',
  },
  parameters,
  searchable: {},
  defaultMode: 'all',
  cluster: {
    ...WORKLOAD_BY_API,
    expires: 'nothing-to-end',
    recipe: () => ({ actor: 'controller', mechanism: 'pod template annotated', actions: [{ do: 'restart' }] }),
    effect: (_, targets) =>
      clusterEffect(targets, 'object', ({ under: { restarts, running } }) =>
        restarts === undefined
          ? { effective: false, seen: 'its pods were not counted' }
          : {
              effective: restarts > 0,
              seen: `${counted(restarts, 'pod')} newer than the fault, ${running ?? 'an unknown number'} ready`,
            },
      ),
  },
  describe: () => '',
})
