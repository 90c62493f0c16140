import { isIP } from 'node:net'
import type { FaultTarget, Peers } from '../../model/cluster/fault-object.ts'
import type { ClusterTargets } from '../../model/cluster/targets.ts'
import type { FollowedPreview } from './follow-preview.ts'
import { selects } from './inventory.ts'
import type { SlotChange } from './slot-table.ts'

type Listener = Parameters<ClusterTargets['onReplaced']>[0]

export interface TargetParts {
  /** Throws while the preview is not followed. */
  readonly followed: () => FollowedPreview
  readonly namespace: () => FaultTarget
  readonly node: (name: string) => FaultTarget | undefined
}

/** What the engine asks about the preview, and how the platform tells it of replacements. */
export function createClusterTargets({ followed, namespace, node }: TargetParts) {
  const listeners = new Set<Listener>()
  const targets: ClusterTargets = {
    pod: (slot) => {
      const pod = followed().slots.podOf(slot)
      return pod?.ending ? undefined : pod
    },
    workload: (name) => {
      const found = followed()
        .workloads()
        .find((workload) => workload.name === name)
      return found && { kind: found.kind, name: name.slice(name.indexOf('/') + 1), uid: found.uid }
    },
    node,
    namespace,
    addresses: (workload) => addressesOf(followed(), workload),
    onReplaced: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const tell = (changes: readonly SlotChange[]) => {
    for (const change of changes) {
      if (change.change !== 'filled' || change.formerUid === undefined) continue
      for (const listener of listeners) listener(change.slot, change.formerUid, change.pod)
    }
  }
  return { targets, tell }
}

function addressesOf(preview: FollowedPreview, name: string): Peers {
  const workload = preview.workloads().find((candidate) => candidate.name === name)
  if (!workload) return { v4: [], v6: [] }
  const pods = workload.pods.flatMap(({ status }) => (status?.podIPs ?? []).map(({ ip }) => ip))
  const services = preview
    .services()
    .filter((service) => selects(service, workload.labels))
    .flatMap(({ spec }) => spec.clusterIPs ?? [])
  const all = [...new Set([...pods, ...services])].sort()
  return { v4: all.filter((address) => isIP(address) === 4), v6: all.filter((address) => isIP(address) === 6) }
}
