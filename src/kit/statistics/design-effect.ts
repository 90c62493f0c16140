/** Bad ones among all in one slice of time. */
export interface SliceCount {
  readonly n: number
  readonly bad: number
}

/**
 * How many times larger the variance of the pooled share is than independent events would make it, estimated from
 * slices: max(1, sum (k - n p)^2 / ((b - 1) p (1 - p) mean n)). Dividing k and n by it gives exact bounds their honest
 * width when failures come in clusters (Rao and Scott, Biometrics 1992). 1 where nothing can be seen.
 */
export function designEffect(slices: readonly SliceCount[]): number {
  const used = slices.filter(({ n }) => n > 0)
  const n = used.reduce((sum, slice) => sum + slice.n, 0)
  const bad = used.reduce((sum, slice) => sum + slice.bad, 0)
  if (used.length < 2 || bad <= 0 || bad >= n) return 1
  const share = bad / n
  const squares = used.reduce((sum, slice) => sum + (slice.bad - slice.n * share) ** 2, 0)
  return Math.max(1, squares / ((used.length - 1) * share * (1 - share) * (n / used.length)))
}
