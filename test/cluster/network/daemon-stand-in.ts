import { NETWORK_MECHANISMS } from '../../../src/daemon/network/mechanisms.ts'
import type { NodeContext, PodOnNode } from '../../../src/model/cluster/mechanism.ts'
import type { NodeAction } from '../../../src/model/cluster/node-action.ts'

/** Applies what it is told and waits to be killed: `node daemon-stand-in.ts JSON`. */
interface Order {
  readonly pod: PodOnNode
  readonly faults: readonly (readonly [NodeAction, Omit<NodeContext, 'onHelperExit'>])[]
}

if (process.argv[2]) {
  const order: Order = JSON.parse(process.argv[2])
  for (const [action, context] of order.faults) {
    const mechanism = NETWORK_MECHANISMS.find((one) => one.do === action.do)
    await mechanism?.apply(action, order.pod, { ...context, onHelperExit: () => undefined })
  }
  process.stdout.write('ready\n')
  setInterval(() => undefined, 60_000)
}
