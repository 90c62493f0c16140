import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { NODE_BY_WATCHDOG } from './parts/cluster-kinds.ts'
import { bootedEffect } from './parts/node-power.ts'

const parameters = z.lazy(() => z.strictObject({}))

/** Restarts a machine, as a failed power supply does. */
export const nodeReboot = defineClusterFault<z.infer<typeof parameters>>({
  type: 'node-reboot',
  group: 'node',
  summary: 'Restarts a node at once, without telling its pods.',
  notes: {
    mechanism:
      "The daemon asks the node's service manager to restart at once; its journal is written and synced before, so that the daemon after the boot does not do it again, and looks whether it was one.",
    proof:
      'The node has another boot id than before, or, where it is a container, another first process. No tolerance. It is seen when the node is back before the fault ends.',
    ends: 'There is nothing to end: the node comes back by itself, and its daemon with it.',
    notRun:
      'On a machine of its own: the tests take down a node of kind, which is a container with a process tree of its own and the kernel of its machine.',
    example: '{type: node-reboot, target: {workload: web, mode: one}}',
  },
  parameters,
  searchable: {},
  defaultMode: 'one',
  cluster: {
    ...NODE_BY_WATCHDOG,
    expires: 'nothing-to-end',
    recipe: () => ({
      actor: 'daemon',
      ways: [{ mechanism: 'reboot', actions: [{ do: 'node-power', how: 'reboot' }] }],
      probe: { probe: 'node', unit: undefined, device: undefined },
    }),
    effect: (_, targets) => bootedEffect(targets),
  },
  describe: () => '',
})
