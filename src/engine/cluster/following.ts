import type { FaultStatus, TargetStatus } from '../../model/cluster/fault-object.ts'
import type { PlannedFault } from '../../model/plan.ts'
import type { Injection } from '../../model/ports.ts'
import { type Frozen, orderOf } from './fault-object.ts'

/** One injection as the engine follows it. */
export interface Following {
  readonly fault: PlannedFault
  injection: Injection
  /** Grows by the pods that take the place of others. */
  frozen: readonly Frozen[]
  /** Of the object; another one after a pause. */
  name: string
  looks: number
  /** It was asked to end. */
  ended: boolean
  /** It was over before anybody asked. */
  endedEarly: boolean
  /** Why it could not even be asked for; empty when it was. */
  failure: string
  stopFollowing: () => void
}

/** One record a target, in the order of the targets; an empty one where nobody wrote any. */
export function recordsOf({ frozen }: Following, status: FaultStatus | undefined): readonly TargetStatus[] {
  return frozen.map(({ target }) => status?.targets?.find(({ uid }) => uid === target.uid) ?? { uid: target.uid })
}

/** Whether nothing more will be said about the injection of any target. */
export function isSettled(following: Following, status: FaultStatus | undefined): boolean {
  if (following.failure !== '') return true
  return recordsOf(following, status).every(({ phase }) => phase !== undefined && phase !== 'Prepared')
}

/** Milliseconds since the epoch, by the clocks of the nodes; undefined before the first. */
export function lastInjectedMs(following: Following, status: FaultStatus | undefined): number | undefined {
  const times = recordsOf(following, status).flatMap(({ injectedAt }) => (injectedAt ? [Date.parse(injectedAt)] : []))
  return times.length > 0 ? Math.max(...times) : undefined
}

/** A fault that leaves something to end, of which a part has ended already. */
export function isOverEarly(following: Following, status: FaultStatus | undefined): boolean {
  if (orderOf(following.fault).expires === 'nothing-to-end') return false
  return recordsOf(following, status).some(({ recoveredAt, phase }) => recoveredAt !== undefined || phase === 'Gone')
}
