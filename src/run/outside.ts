import type { Snapshot } from '../model/ports.ts'

/** Replicas outside the plan that are not what they were: who restarted, came or went while we were breaking others. */
export function outsideChanges(before: Snapshot, after: Snapshot, touched: readonly string[]): readonly string[] {
  const planned = new Set(touched)
  const then = new Map(before.replicas.map((replica) => [replica.replica, replica]))
  const now = new Map(after.replicas.map((replica) => [replica.replica, replica]))
  const gone = [...then.keys()].filter((name) => !planned.has(name) && !now.has(name)).map((name) => `${name} is gone`)
  const changed = [...now.values()].flatMap((replica) => {
    const was = then.get(replica.replica)
    if (planned.has(replica.replica)) return []
    // A replica that a `scale` fault added belongs to its workload's plan and is gone again by now.
    if (!was) return [`${replica.replica} was not there before`]
    return was.identity === replica.identity
      ? []
      : [`${replica.replica} restarted by itself (${replica.restarts - was.restarts} times)`]
  })
  return [...gone, ...changed].sort()
}
