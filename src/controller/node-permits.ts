import type { KubeObject } from '../kube/kube-client.ts'
import { NODES } from '../kube/resources.ts'
import type { FaultObject } from '../model/cluster/fault-object.ts'
import { refusalOfTarget } from '../model/cluster/permission.ts'
import type { Setting } from './setting.ts'

/**
 * Whether one of its nodes permits this fault no more. Nodes are not followed: a large cluster has thousands, and the few
 * with a fault on them can be asked for. A node that is gone or another one by now forbids nothing: its fault ends as
 * planned. Throws KubeError.
 */
export async function isForbiddenByNode({ client, typeOf }: Setting, fault: FaultObject): Promise<boolean> {
  const half = typeOf(fault.spec.type)?.cluster
  if (half === undefined || half.targets !== 'node') return false
  const refusals = await Promise.all(
    fault.spec.targets.map(async (target) => {
      const node = await client.get<KubeObject>(NODES, target.name)
      return refusalOfTarget(fault, half, target, node)
    }),
  )
  return refusals.some((refusal) => refusal?.reason === 'NotAllowed')
}
