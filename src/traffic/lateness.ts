/** How late requests were sent after they were due. */

/**
 * A generator that is later than this has measured itself: its share of a latency is no longer small. Milliseconds.
 * A busy runner of two cores is now and then some 40 ms late; a user who waits up to the time limit does not notice.
 */
export function latenessLimitMs(timeoutMs: number): number {
  return Math.max(50, timeoutMs / 10)
}

/** Value at a quantile by nearest rank; undefined of nothing. */
export function nearestRank(values: readonly number[], quantile: number): number | undefined {
  if (values.length === 0) return undefined
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)]
}

/**
 * The 99th percentile is above the limit. One late request is forgiven however few there are:
 * among fewer than a hundred the percentile would be the slowest one alone.
 */
export function isLate(latenessMs: readonly number[], limitMs: number): boolean {
  const late = latenessMs.filter((ms) => ms > limitMs).length
  return late > Math.max(1, latenessMs.length / 100)
}
