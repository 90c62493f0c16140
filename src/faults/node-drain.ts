import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { NODE_BY_API } from './parts/cluster-kinds.ts'
import { counted, listed } from './parts/words.ts'

const MOST_NAMESPACES = 64

const parameters = z.lazy(() =>
  z.strictObject({
    namespaces: z
      .array(z.string().regex(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/, { error: 'Not the name of a namespace.' }))
      .min(1)
      .max(MOST_NAMESPACES)
      .optional()
      .describe('Only pods of these namespaces are evicted. Default: of all that may be hurt.'),
  }),
)

/** Empties a node as maintenance does. */
export const nodeDrain = defineClusterFault<z.infer<typeof parameters>>({
  type: 'node-drain',
  group: 'node',
  summary: 'Empties a node as maintenance does: unschedulable, and its pods evicted within their disruption budgets.',
  notes: {
    mechanism:
      'The controller marks the node as unschedulable and evicts its pods, but for those of a DaemonSet and static ones.',
    proof: 'The node is unschedulable, had pods to evict before, and has none of them left. No tolerance.',
    ends: 'The controller takes the mark away, where the node did not have it before. Pods that have moved stay where they are.',
    example: '{type: node-drain, target: {workload: web, mode: one}, namespaces: [shop]}',
  },
  parameters,
  searchable: {},
  defaultMode: 'one',
  cluster: {
    ...NODE_BY_API,
    recipe: ({ namespaces }) => ({
      actor: 'controller',
      mechanism: 'cordon, then evictions',
      actions: [{ do: 'drain', onlyNamespaces: namespaces }],
    }),
    effect: (_, targets) =>
      clusterEffect(targets, 'object', ({ before, under }) => {
        const [was, is] = [before?.running, under.running]
        if (was === undefined || is === undefined) return { effective: false, seen: 'its pods were not counted' }
        return {
          effective: was > 0 && is === 0 && under.state === 'stopped',
          seen: `${counted(was, 'pod')} to evict before, ${is} left, ${under.state === 'stopped' ? 'unschedulable' : 'schedulable'}`,
        }
      }),
  },
  describe: ({ namespaces }) => (namespaces === undefined ? '' : `of ${listed(namespaces)}`),
})
