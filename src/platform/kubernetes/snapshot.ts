import type { FaultObject, TargetStatus } from '../../model/cluster/fault-object.ts'
import type { Snapshot } from '../../model/ports.ts'
import type { StoredFault } from './follow-preview.ts'
import type { SlotTable } from './slot-table.ts'

/** Which pod stands in each slot, and every fault that may be on. A pod that is replaced or restarted has another identity. */
export function snapshotOf(slots: SlotTable, faults: readonly StoredFault[]): Snapshot {
  return {
    replicas: slots.snapshot().map(({ slot, pod }) => ({
      replica: slot,
      identity: pod ? `${pod.uid}:${pod.restarts}` : 'none',
      restarts: pod?.restarts ?? 0,
      ready: pod?.ready ?? false,
    })),
    active: faults.filter(isInForce).map(({ metadata, spec }) => `fault ${metadata.name} (${spec.type})`),
  }
}

/** Injected somewhere and not proven to be recovered, or about to be injected. */
function isInForce({ spec, status }: FaultObject): boolean {
  const records = status?.targets ?? []
  if (records.some(isOn)) return true
  const isUntouched = spec.targets.some(({ uid }) => !records.some((record) => record.uid === uid))
  return isUntouched && spec.active && spec.end === undefined
}

function isOn({ phase, injectedAt, recoveredAt, leftovers }: TargetStatus): boolean {
  if ((leftovers ?? []).length > 0) return true
  return phase === 'Injected' || (phase === 'Failed' && injectedAt !== undefined && recoveredAt === undefined)
}
