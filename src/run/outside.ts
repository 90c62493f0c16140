import type { Plan } from '../model/plan.ts'
import type { Snapshot } from '../model/ports.ts'

/**
 * What is not as it was: replicas outside the plan that restarted, came or went while we were breaking others, those that
 * nobody could watch, and whatever is in force now and was not before.
 */
export function outsideChanges(
  before: Snapshot,
  after: Snapshot,
  { touched, untouched }: Pick<Plan, 'touched' | 'untouched'>,
): readonly string[] {
  const planned = new Set(touched)
  const then = new Map(before.replicas.map((replica) => [replica.replica, replica]))
  const now = new Map(after.replicas.map((replica) => [replica.replica, replica]))
  const gone = [...then.keys()].filter((name) => !planned.has(name) && !now.has(name)).map((name) => `${name} is gone`)
  const changed = [...now.values()].flatMap((replica) => {
    const was = then.get(replica.replica)
    if (planned.has(replica.replica)) return []
    // A replica that a `scale` fault added belongs to its workload's plan and is gone again by now.
    if (!was) return untouched.includes(replica.replica) ? [] : [`${replica.replica} was not there before`]
    return was.identity === replica.identity
      ? []
      : [`${replica.replica} restarted by itself (${replica.restarts - was.restarts} times)`]
  })
  const unseen = untouched.filter((name) => !then.has(name)).map((name) => `${name} was not there to be watched`)
  const added = after.active.filter((one) => !before.active.includes(one)).map((one) => `${one} is still in force`)
  return [...gone, ...changed, ...unseen, ...added].sort()
}
