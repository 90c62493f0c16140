import type { TargetStatus } from '../../model/cluster/fault-object.ts'
import type { Machine } from './machine.ts'
import { clipped } from './refusal.ts'

/** A target's record as its fault's status holds it: what was done and seen, and how far the machine has come. */
export function recordOf(seen: TargetStatus, { phase, message, end }: Machine): TargetStatus {
  return {
    ...seen,
    ...(phase === undefined ? {} : { phase }),
    ...(message === undefined ? {} : { message: clipped(message) }),
    ...(end?.reason === undefined ? {} : { endReason: end.reason }),
  }
}
