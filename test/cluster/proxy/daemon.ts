import { PROXY_MECHANISMS } from '../../../src/daemon/proxy/mechanisms.ts'
import type { Mechanism, NodeContext, PodOnNode } from '../../../src/model/cluster/mechanism.ts'
import type { NodeAction } from '../../../src/model/cluster/node-action.ts'

/** A daemon that applies one action and then waits to be killed. */
const [order = '{}'] = process.argv.slice(2)
const { action, pod, context } = JSON.parse(order) as {
  readonly action: NodeAction
  readonly pod: PodOnNode
  readonly context: NodeContext
}
const mechanism = PROXY_MECHANISMS.find((one) => one.do === action.do) as unknown as Mechanism
await mechanism.apply(action, pod, { ...context, onHelperExit: () => undefined })
process.stdout.write('applied\n')
setInterval(() => undefined, 60_000)
