import { conditionOf, type Pod, restartsOf } from './shapes.ts'

/**
 * A container without a readiness probe is ready as soon as its process runs, so that one which ends at once is ready for
 * a moment each time it is started. Pods with such containers count as ready when they stayed so for this long.
 */
export const SETTLE_MS = 3_000

/** Longer than clocks of nodes are usually apart: what says that it is ready since then has settled. */
const LONG_AGO_MS = 60_000

/** Since when the pods of each workload are ready as they are now, on the clock of who looks. */
export class Settling {
  readonly #since = new Map<string, { readonly pods: string; readonly atMs: number }>()

  /** To be asked at each look at a workload that is ready: whether it stayed so for long enough. `nowMs`: since the epoch. */
  hasSettled(workload: string, pods: readonly Pod[], nowMs: number): boolean {
    const young = pods.filter((pod) => !tellsReadiness(pod) && !isReadyForLong(pod, nowMs))
    if (young.length === 0) return true
    const now = young.map((pod) => `${pod.metadata.uid} ${restartsOf(pod)}`).join()
    const known = this.#since.get(workload)
    if (known?.pods === now) return nowMs - known.atMs >= SETTLE_MS
    this.#since.set(workload, { pods: now, atMs: nowMs })
    return false
  }

  /** It is not ready any more. */
  forget(workload: string): void {
    this.#since.delete(workload)
  }
}

function tellsReadiness({ spec }: Pod): boolean {
  return spec.containers.every(({ readinessProbe }) => readinessProbe !== undefined)
}

function isReadyForLong({ status }: Pod, nowMs: number): boolean {
  const since = conditionOf(status?.conditions, 'Ready')?.lastTransitionTime
  return since !== undefined && nowMs - Date.parse(since) > LONG_AGO_MS
}
