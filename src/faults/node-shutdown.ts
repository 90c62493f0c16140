import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { NODE_BY_WATCHDOG } from './parts/cluster-kinds.ts'
import { bootedEffect } from './parts/node-power.ts'

const parameters = z.lazy(() => z.strictObject({}))

/** Turns a machine off. Nothing of ours can turn it on again, so the node must permit open-ended harm. */
export const nodeShutdown = defineClusterFault<z.infer<typeof parameters>>({
  type: 'node-shutdown',
  group: 'node',
  summary: 'Turns a node off at once, without telling its pods.',
  notes: {
    mechanism:
      "The daemon asks the node's service manager to power off at once; its journal is written and synced before.",
    proof:
      'The node is back with another boot id, or, where it is a container, another first process, before the fault ends. No tolerance. While it is off nobody is left to look, and it is not believed.',
    ends: 'Nothing of ours ends it: whoever runs the machines turns the node on again.',
    notRun:
      'On a machine of its own: the tests take down a node of kind, which is a container with a process tree of its own and the kernel of its machine.',
    example: '{type: node-shutdown, target: {workload: web, mode: one}}',
  },
  parameters,
  searchable: {},
  defaultMode: 'one',
  cluster: {
    ...NODE_BY_WATCHDOG,
    open: true,
    expires: 'nothing-to-end',
    recipe: () => ({
      actor: 'daemon',
      ways: [{ mechanism: 'shutdown', actions: [{ do: 'node-power', how: 'shutdown' }] }],
      probe: { probe: 'node', unit: undefined, device: undefined },
    }),
    effect: (_, targets) => bootedEffect(targets),
  },
  describe: () => '',
})
