import type { KubeClient, KubeObject } from '../kube/kube-client.ts'
import { FAULTS, NODE_FAULTS } from '../kube/resources.ts'
import type { FaultObject, TargetStatus } from '../model/cluster/fault-object.ts'
import { permitted } from './find-installation.ts'

export type StoredFault = FaultObject & KubeObject

/** All faults of the cluster; none where the definitions are gone or hidden from us. */
export async function allFaults(client: KubeClient): Promise<readonly StoredFault[]> {
  const lists = await Promise.all(
    [FAULTS, NODE_FAULTS].map((resource) => permitted(client.list<StoredFault>(resource))),
  )
  return lists.flatMap((list) => list ?? [])
}

/** Whether something may be on, or come on, by this fault. */
export function isLive({ spec, status }: FaultObject): boolean {
  const records = status?.targets ?? []
  if (records.some(isOn)) return true
  const untouched = spec.targets.some(({ uid }) => !records.some((record) => record.uid === uid))
  return untouched && spec.active && spec.end === undefined
}

function isOn({ phase, injectedAt, recoveredAt, leftovers }: TargetStatus): boolean {
  if ((leftovers ?? []).length > 0) return true
  return phase === 'Injected' || (phase === 'Failed' && injectedAt !== undefined && recoveredAt === undefined)
}

/** `shop/r-1a2b-f1 (network-delay on web-5f6d, web-7c8d)` */
export function spokenFault({ metadata, spec }: FaultObject): string {
  const name = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`
  const targets = spec.targets.map((target) => target.name)
  const shown =
    targets.length > 3 ? `${targets.slice(0, 3).join(', ')} and ${targets.length - 3} more` : targets.join(', ')
  return `${name} (${spec.type} on ${shown})`
}
