import type { RuleOf } from './rule-state.ts'

/** What a lane carries, in order. `Tag` is what its owner wants to know again when the bytes leave. */
export type LaneItem<Tag> = (
  | { readonly kind: 'data'; readonly bytes: Buffer; readonly tag: Tag | undefined }
  | { readonly kind: 'fin' }
  /** Everything before it has to leave first. */
  | { readonly kind: 'orderly-reset' }
  /** The sender reset the connection: what it sent before may be lost, as in a network. */
  | { readonly kind: 'reset' }
  /** Carries nothing, and is delayed and held like everything else. */
  | { readonly kind: 'ping'; readonly arrived: () => void }
) & {
  readonly arrivedAt: number
  /** What each delay rule adds; those of removed rules no longer count. */
  readonly delays: readonly ItemDelay[]
  /** Partitions that hold it, and since when. */
  holds: Map<RuleOf<'partition'>, number> | undefined
}

export interface ItemDelay {
  readonly rule: RuleOf<'delay'>
  readonly ms: number
}

/** The rules that act on one direction of one connection. */
export interface LaneRules {
  readonly hangs: readonly RuleOf<'partition'>[]
  readonly delays: readonly RuleOf<'delay'>[]
  readonly bandwidths: readonly RuleOf<'bandwidth'>[]
}

export const NO_LANE_RULES: LaneRules = { hangs: [], delays: [], bandwidths: [] }

/** When the delays of an item have passed, in the time of `performance.now()`. */
export function dueAt({
  arrivedAt,
  delays,
}: {
  readonly arrivedAt: number
  readonly delays: readonly ItemDelay[]
}): number {
  return delays.reduce((due, { rule, ms }) => (rule.active ? due + ms : due), arrivedAt)
}
