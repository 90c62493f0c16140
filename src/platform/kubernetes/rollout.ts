import { desiredOf } from './preview.ts'
import { conditionOf, type Workload } from './shapes.ts'

/** What a workload still lacks to be as its spec says, in words; undefined when it lacks nothing. Pure. */
export function lacking(workload: Workload): string | undefined {
  const { kind, metadata, status } = workload
  const desired = desiredOf(workload)
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return 'its controller has not looked at it yet'
  const { ready, updated, total } = countsOf(workload)
  if (updated !== undefined && updated < desired) return `${updated} of ${desired} are of the newest version`
  if (kind !== 'DaemonSet' && total > desired) return `${total - desired} of an older version have not ended yet`
  if (ready < desired) return `${ready} of ${desired} are ready`
  return undefined
}

function countsOf({ kind, spec, status = {} }: Workload) {
  if (kind === 'DaemonSet') {
    const isManual = spec.updateStrategy?.type === 'OnDelete'
    return {
      ready: status.numberReady ?? 0,
      updated: isManual ? undefined : (status.updatedNumberScheduled ?? 0),
      total: status.desiredNumberScheduled ?? 0,
    }
  }
  const hasVersions = kind === 'Deployment' || (kind === 'StatefulSet' && spec.updateStrategy?.type !== 'OnDelete')
  return {
    // A Deployment with minReadySeconds wants more than to be ready.
    ready: (kind === 'Deployment' ? status.availableReplicas : status.readyReplicas) ?? 0,
    updated: hasVersions ? (status.updatedReplicas ?? 0) : undefined,
    total: status.replicas ?? 0,
  }
}

/** Why no pods are made, in the controller's own words: a quota, a policy. */
export function failureOf({ status }: Workload): string | undefined {
  const failed = conditionOf(status?.conditions, 'ReplicaFailure')
  return failed?.status === 'True' ? failed.message : undefined
}
