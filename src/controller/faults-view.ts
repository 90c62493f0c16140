import type { FaultObject, TargetStatus } from '../model/cluster/fault-object.ts'

/** All faults of the cluster as they are now, whoever acts on them. */
export interface FaultsView {
  readonly all: () => readonly FaultObject[]
}

/** Whether it has, or may still get, an effect that somebody must end. */
export function mayBeOn({ spec, status }: FaultObject): boolean {
  const records = status?.targets ?? []
  return spec.targets.some(({ uid }) => {
    const record = records.find((one) => one.uid === uid)
    // Who was refused may be asked again.
    return record === undefined || record.phase === 'Refused' ? spec.end === undefined : !isOver(record)
  })
}

export function isOver({ phase, recoveredAt, injectedAt, leftovers }: TargetStatus): boolean {
  if ((leftovers ?? []).length > 0) return false
  if (recoveredAt !== undefined || phase === 'Recovered' || phase === 'Refused' || phase === 'Gone') return true
  return phase === 'Failed' && injectedAt === undefined
}
