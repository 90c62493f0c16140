import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { NODE_BY_API } from './parts/cluster-kinds.ts'
import { heldEffect } from './parts/held-effect.ts'

const parameters = z.lazy(() => z.strictObject({}))

/** Keeps new pods away from a node. */
export const nodeCordon = defineClusterFault<z.infer<typeof parameters>>({
  type: 'node-cordon',
  group: 'node',
  summary: 'Marks a node as unschedulable: what runs there goes on, and nothing new comes.',
  notes: {
    mechanism: 'The controller sets `spec.unschedulable` of the node.',
    proof: 'The node is unschedulable on a fresh read, and was not before. No tolerance.',
    ends: 'The controller takes the mark away, where the node did not have it before.',
    example: '{type: node-cordon, target: {workload: web, mode: one}}',
  },
  parameters,
  searchable: {},
  defaultMode: 'one',
  cluster: {
    ...NODE_BY_API,
    recipe: () => ({ actor: 'controller', mechanism: 'spec.unschedulable', actions: [{ do: 'cordon' }] }),
    effect: (_, targets) => heldEffect(targets, { stopped: 'unschedulable', running: 'schedulable' }),
  },
  describe: () => '',
})
