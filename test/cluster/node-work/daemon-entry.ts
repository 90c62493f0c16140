import { NODE_WORK_MECHANISMS } from '../../../src/daemon/node/node-work.ts'
import type { Mechanism, NodeContext, PodOnNode } from '../../../src/model/cluster/mechanism.ts'
import type { NodeAction } from '../../../src/model/cluster/node-action.ts'

/** Applies one action, says so, and stays, as a daemon does: it is there to be killed. The argument is JSON. */
export interface Order {
  readonly action: NodeAction
  readonly pod: PodOnNode
  readonly context: Omit<NodeContext, 'onHelperExit'>
}

const { action, pod, context } = JSON.parse(process.argv[2] ?? '') as Order
const mechanisms = NODE_WORK_MECHANISMS as readonly unknown[] as readonly Mechanism<NodeAction>[]
await mechanisms
  .find((each) => each.do === action.do)
  ?.apply(action, pod, { ...context, onHelperExit: () => undefined })
process.stdout.write('applied\n')
setInterval(() => undefined, 60_000)
