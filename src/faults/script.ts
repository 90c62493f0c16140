import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { BY_WATCHDOG } from './parts/cluster-kinds.ts'
import { containerKey } from './parts/kubernetes-keys.ts'
import { commandKeys, SCRIPT_ENDS, SCRIPT_PROOF, scriptEffect, scriptRecipe, spokenCommand } from './parts/script.ts'

const parameters = z.lazy(() => z.strictObject({ ...commandKeys(), container: containerKey() }))

/** A fault of your own inside a container. On nodes there is node-script, which needs another right. */
export const script = defineClusterFault<z.infer<typeof parameters>>({
  type: 'script',
  group: 'open',
  summary:
    'Runs commands of your own in a container: one that brings the fault, one that takes it away, one that proves it.',
  notes: {
    mechanism:
      'The daemon runs the commands in the namespaces and the control group of the container, with the shell that it has there.',
    proof: SCRIPT_PROOF,
    ends: SCRIPT_ENDS,
    example:
      '{type: script, target: {workload: api, mode: one}, inject: touch /tmp/read-only, recover: rm -f /tmp/read-only, proof: test -e /tmp/read-only}',
  },
  parameters,
  searchable: {},
  defaultMode: 'one',
  cluster: {
    ...BY_WATCHDOG,
    open: true,
    recipe: ({ container, ...commands }) => scriptRecipe(commands, container),
    effect: (_, targets) => scriptEffect(targets),
  },
  describe: ({ inject }) => spokenCommand(inject),
})
