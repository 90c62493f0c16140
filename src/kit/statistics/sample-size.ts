import { exactUpperBound } from './exact-bounds.ts'

/** How sure a verdict is, each way: the alpha of every one-sided bound that judges. */
export const JUDGING_ALPHA = 0.05
/** Fewest slices of time a window needs, for clustering to be seen. */
export const LEAST_SLICES = 8

/**
 * Fewest events with which `at most this share is bad` can be shown, when none of them is bad: 299 for 1 %.
 * Infinity for a limit of 0, which no number of events can show; 1 for a limit of 1.
 */
export function zeroFailureMinimum(limitRatio: number, alpha = JUDGING_ALPHA): number {
  if (!(limitRatio > 0)) return Number.POSITIVE_INFINITY
  if (limitRatio >= 1) return 1
  // A hair of tolerance: 1 - 0.99 is not exactly 0.01.
  return Math.ceil(Math.log(alpha) / Math.log1p(-limitRatio) - 1e-9)
}

/** Most bad ones among n with which `at most this share is bad` is still shown; undefined when n is too small even for none. */
export function mostBadToPass(n: number, limitRatio: number, alpha = JUDGING_ALPHA): number | undefined {
  if (!holds(0, n, limitRatio, alpha)) return undefined
  let low = 0
  let high = n + 1
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (middle <= n && holds(middle, n, limitRatio, alpha)) low = middle
    else high = middle
  }
  return low
}

/** Fewest events with which a quantile has a finite upper bound: 299 for 99 %. */
export function quantileMinimum(quantile: number, alpha = JUDGING_ALPHA): number {
  return zeroFailureMinimum(1 - quantile, alpha)
}

/** Whether the upper bound of the share is within the limit; the one comparison that makes a pass. */
export function holds(bad: number, n: number, limitRatio: number, alpha = JUDGING_ALPHA): boolean {
  return n > 0 && exactUpperBound(bad, n, alpha) <= limitRatio
}
