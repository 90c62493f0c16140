import type { FaultStatus, TargetStatus } from '../../model/cluster/fault-object.ts'
import type { Effect } from '../../model/effect.ts'
import type { Evidence } from '../../model/evidence.ts'
import type { FaultType } from '../../model/fault.ts'
import type { PlannedFault } from '../../model/plan.ts'
import { type Frozen, orderOf } from './fault-object.ts'

/** All that is known about a fault in the cluster when its evidence is asked for. */
export interface ClusterKnown {
  readonly fault: PlannedFault
  readonly type: FaultType
  readonly frozen: readonly Frozen[]
  /** Undefined when the object was never seen. */
  readonly status: FaultStatus | undefined
  readonly injectedAtMs: number
  /** It was over, or lost a target for good, before anybody asked it to end. */
  readonly endedEarly: boolean
  /** Why it could not even be asked for; empty when it was. */
  readonly failure: string
}

/**
 * The evidence for one fault in a cluster, from the records that its actors keep. The worst that applies is its status:
 * not on every target, on them but without its effect, effective but met by no traffic, proven. What is not known counts as not so.
 */
export function judgeCluster(known: ClusterKnown): Evidence {
  const { fault, type, frozen } = known
  const order = orderOf(fault)
  const records = frozen.map(({ target }) => latest(known.status, target.uid))
  const effect = known.failure === '' ? effectOf(type, fault, records) : undefined
  const injected = frozen.map(({ target, planned }, place) =>
    injectedOn(known, effect, place, spoken(planned, target.name)),
  )
  const crossed = crossedBy(known, order.crossing, records)
  const seen = known.failure || effect?.seen || 'nothing was measured while the fault was on'
  return {
    fault: fault.id,
    type: fault.type,
    status: statusOf(known, injected, effect, crossed),
    injected,
    seen: known.endedEarly ? `${seen}; it was over before it was asked to end` : seen,
    crossed: crossed ?? 0,
    mechanism: [...new Set(records.flatMap(({ mechanism }) => mechanism ?? []))].join(', ') || 'none',
    endedBy: endedBy(fault, records),
    injectedAtMs: known.injectedAtMs,
    recoveredAtMs: recoveredAt(records),
  }
}

function effectOf(type: FaultType, fault: PlannedFault, records: readonly TargetStatus[]): Effect | undefined {
  return records.length === 0 ? undefined : type.cluster?.effect(fault.spec.parameters, records)
}

/** The record of a target, or of the one that took its place last; an empty one when nobody wrote any. */
function latest(status: FaultStatus | undefined, uid: string): TargetStatus {
  return status?.targets?.find((record) => record.uid === uid) ?? { uid }
}

function spoken(planned: string, name: string): string {
  return planned === name ? name : `${planned} (${name})`
}

function injectedOn(
  { status, frozen, failure }: ClusterKnown,
  effect: Effect | undefined,
  place: number,
  target: string,
): Evidence['injected'][number] {
  const record = latest(status, frozen[place]?.target.uid ?? '')
  if (failure !== '') return { target, ok: false, detail: failure }
  if (record.injectedAt === undefined || record.phase === 'Refused' || record.phase === 'Failed')
    return { target, ok: false, detail: record.message ?? 'nobody said that it was injected' }
  const judged = effect?.injected[place]
  return { target, ok: judged?.ok ?? true, detail: judged?.detail ?? record.mechanism ?? 'injected' }
}

/** Packets or requests of others that met the fault; undefined where nothing can be counted. */
function crossedBy(
  { status }: ClusterKnown,
  crossing: 'rule' | 'witness' | 'none',
  records: readonly TargetStatus[],
): number | undefined {
  if (crossing === 'none') return undefined
  if (crossing === 'rule') return records.reduce((all, { under }) => all + (under?.matched ?? 0), 0)
  const uids = new Set(records.map(({ uid }) => uid))
  return (status?.witness ?? []).reduce((all, { uid, packets }) => (uids.has(uid) ? all + packets : all), 0)
}

function statusOf(
  known: ClusterKnown,
  injected: Evidence['injected'],
  effect: Effect | undefined,
  crossed: number | undefined,
): Evidence['status'] {
  if (injected.length === 0 || injected.some(({ ok }) => !ok)) return 'not-injected'
  if (!effect?.effective || known.endedEarly) return 'not-effective'
  return crossed === undefined || crossed > 0 ? 'proven' : 'not-observed'
}

function endedBy(fault: PlannedFault, records: readonly TargetStatus[]): Evidence['endedBy'] {
  const touched = records.filter(({ injectedAt }) => injectedAt !== undefined)
  if (orderOf(fault).expires === 'nothing-to-end' || touched.length === 0) return 'nothing-to-end'
  if (touched.some((record) => !isOver(record) || (record.leftovers ?? []).length > 0)) return 'not-ended'
  return touched.every((record) => record.endedBy === 'kernel') ? 'kernel' : 'agent'
}

/** Nothing of the fault is on this target any more. */
export function isOver({ phase, recoveredAt, injectedAt }: TargetStatus): boolean {
  return recoveredAt !== undefined || phase === 'Recovered' || phase === 'Gone' || injectedAt === undefined
}

function recoveredAt(records: readonly TargetStatus[]): number | null {
  const ends = records.flatMap(({ recoveredAt }) => (recoveredAt === undefined ? [] : [Date.parse(recoveredAt)]))
  return ends.length > 0 && ends.length === records.length ? Math.max(...ends) : null
}
