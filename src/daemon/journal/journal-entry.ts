import type { FaultTarget, TargetStatus } from '../../model/cluster/fault-object.ts'
import type { PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import type { NodeProbe } from '../../model/cluster/reading.ts'

/** Which fault it is, as the API knows it. */
export interface FaultIdentity {
  readonly kind: 'Fault' | 'NodeFault'
  readonly namespace: string | undefined
  readonly name: string
  readonly uid: string
  readonly type: string
}

/** An action and the eight hex digits after which all that it makes is named. */
export interface NamedAction {
  readonly id: string
  readonly action: NodeAction
}

/** What is on a target and how to undo it: everything that an undo needs after the daemon has forgotten all else. */
export interface OpenEntry {
  readonly state: 'open'
  readonly fault: FaultIdentity
  readonly target: FaultTarget
  readonly bootId: string
  /** Milliseconds since the epoch, for people and for records; and when this was written, just before it was done. */
  readonly writtenAtMs: number
  readonly expiresAtMs: number
  /** The same by the boot clock, which is what counts. */
  readonly expiresAtBootMs: number
  readonly pod: PodOnNode
  readonly mechanism: string
  readonly actions: readonly NamedAction[]
  readonly probe: NodeProbe
  readonly record: TargetStatus
}

/** That a target had its fault, or was refused: so that a daemon that starts again does not do it a second time. */
interface ClosedEntry {
  readonly state: 'over'
  readonly fault: FaultIdentity
  readonly target: FaultTarget
  readonly record: TargetStatus
}

export type JournalEntry = OpenEntry | ClosedEntry

/** Of one fault on one target; also the name of its file, so only from what cannot lead elsewhere. */
export function entryKey(faultUid: string, targetUid: string): string {
  return `${faultUid}_${targetUid}`
}
