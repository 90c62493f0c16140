import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { NODE_BY_WATCHDOG } from './parts/cluster-kinds.ts'
import { commandKeys, SCRIPT_ENDS, SCRIPT_PROOF, scriptEffect, scriptRecipe, spokenCommand } from './parts/script.ts'

const parameters = z.lazy(() => z.strictObject(commandKeys()))

/** A fault of your own on a node: a type apart from script, since whoever may break his pods may not therefore be root on a machine. */
export const nodeScript = defineClusterFault<z.infer<typeof parameters>>({
  type: 'node-script',
  group: 'open',
  summary:
    'Runs commands of your own on a node, as root: one that brings the fault, one that takes it away, one that proves it.',
  notes: {
    mechanism: 'The daemon runs the commands in the namespaces of the node.',
    proof: SCRIPT_PROOF,
    ends: SCRIPT_ENDS,
    example:
      '{type: node-script, target: {workload: web, mode: one}, inject: touch /run/broken, recover: rm -f /run/broken, proof: test -e /run/broken}',
  },
  parameters,
  searchable: {},
  defaultMode: 'one',
  cluster: {
    ...NODE_BY_WATCHDOG,
    open: true,
    recipe: (commands) => scriptRecipe(commands, undefined),
    effect: (_, targets) => scriptEffect(targets),
  },
  describe: ({ inject }) => spokenCommand(inject),
})
