/** Bad ones among all in one slice of time. */
export interface SliceCount {
  readonly n: number
  readonly bad: number
}

/** Nine of ten series of independent events look less clustered than this many standard deviations above 1. */
const NOTICEABLE = 1.2816

/**
 * How many times larger the variance of the pooled share is than independent events would make it, estimated from
 * slices: max(1, sum (k - n p)^2 / ((b - 1) p (1 - p) mean n)). Dividing k and n by it gives exact bounds their honest
 * width when failures come in clusters (Rao and Scott, Biometrics 1992). An effect that chance alone makes in one of
 * ten such series counts as none: it would cost power where nothing is clustered. 1 where nothing can be seen.
 */
export function designEffect(slices: readonly SliceCount[]): number {
  const used = slices.filter(({ n }) => n > 0)
  const n = used.reduce((sum, slice) => sum + slice.n, 0)
  const bad = used.reduce((sum, slice) => sum + slice.bad, 0)
  if (used.length < 2 || bad <= 0 || bad >= n) return 1
  const share = bad / n
  const squares = used.reduce((sum, slice) => sum + (slice.bad - slice.n * share) ** 2, 0)
  const effect = squares / ((used.length - 1) * share * (1 - share) * (n / used.length))
  return effect > 1 && isNoticeable(effect, used.length - 1) ? effect : 1
}

/** The effect of independent events is nearly chi-squared over its degrees of freedom; its cube root nearly normal (Wilson and Hilferty 1931). */
function isNoticeable(effect: number, degrees: number): boolean {
  const variance = 2 / (9 * degrees)
  return (Math.cbrt(effect) - (1 - variance)) / Math.sqrt(variance) > NOTICEABLE
}
