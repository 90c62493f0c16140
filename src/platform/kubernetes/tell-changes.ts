import type { Emit } from '../../model/events.ts'
import type { StoredFault } from './follow-preview.ts'
import type { SlotChange } from './slot-table.ts'

/** Tells of replicas that became ready or ended. What a fault has for a target is expected to. */
export function tellChanges(changes: readonly SlotChange[], faults: readonly StoredFault[], emit: Emit): void {
  for (const change of changes) {
    const { slot: replica, pod } = change
    const how = endOf(change)
    if (how !== undefined) {
      const uid = change.change === 'filled' ? change.formerUid : pod.uid
      emit({ event: 'replica.exited', replica, how, expected: faults.some((fault) => hurts(fault, uid)) })
    }
    const wasReady = change.change === 'changed' && change.was.ready
    if (change.change !== 'emptied' && pod.ready && !wasReady) emit({ event: 'replica.ready', replica })
  }
}

/** How a replica ended, told once for each that did. */
function endOf(change: SlotChange): string | undefined {
  if (change.change === 'filled')
    return change.was && !change.was.ending ? `pod ${change.was.name} was replaced by ${change.pod.name}` : undefined
  if (change.change === 'emptied') return change.pod.ending ? undefined : `pod ${change.pod.name} is gone`
  const { pod, was } = change
  if (pod.ending && !was.ending) return `pod ${pod.name} is being deleted`
  return pod.restarts > was.restarts ? `a container of pod ${pod.name} was started again` : undefined
}

function hurts({ spec }: StoredFault, uid: string | undefined): boolean {
  return spec.active && spec.targets.some((target) => target.kind !== 'Pod' || target.uid === uid)
}
