import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { NODE_BY_WATCHDOG } from './parts/cluster-kinds.ts'
import { unwellEffect } from './parts/held-effect.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    device: z
      .string()
      .regex(/^[A-Za-z0-9][-A-Za-z0-9_.@]{0,14}$/, { error: 'Not the name of a network device, such as eth0.' })
      .optional()
      .describe('Network device of the node. Default: the one with the default route.'),
  }),
)

/** Pulls the network cable of a node. */
export const nodeNetworkDown = defineClusterFault<z.infer<typeof parameters>>({
  type: 'node-network-down',
  group: 'node',
  summary: 'Takes a network device of a node down: the node is cut off from everybody, its own daemon too.',
  notes: {
    mechanism:
      'The daemon takes the device down. Until it is up again nobody hears from the node; what the daemon saw meanwhile it tells afterwards.',
    proof: 'The device was up before and is down under the fault, as the daemon on the node saw it. No tolerance.',
    ends: 'A watchdog on the node in a control group of its own brings the device and its routes back at the deadline.',
    example: '{type: node-network-down, target: {workload: web, mode: one}}',
  },
  parameters,
  searchable: {},
  defaultMode: 'one',
  cluster: {
    ...NODE_BY_WATCHDOG,
    recipe: ({ device }) => ({
      actor: 'daemon',
      ways: [{ mechanism: 'network device down', actions: [{ do: 'node-link-down', device }] }],
      probe: { probe: 'node', unit: undefined, device },
    }),
    effect: (_, targets) => unwellEffect(targets, { well: 'up', ill: 'down' }),
  },
  describe: ({ device }) => device ?? '',
})
