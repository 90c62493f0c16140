import { regularizedBeta } from './regularized-beta.ts'

/** P(X <= k) for X ~ Binomial(n, p). `k` and `n` may be real after a division by a design effect. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0
  if (k >= n) return 1
  return regularizedBeta(1 - p, n - k, k + 1)
}

/** P(X >= k) for X ~ Binomial(n, p): the p-value of `the share is at most p` after k bad of n. */
export function binomialUpperTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1
  if (k > n) return 0
  return regularizedBeta(p, k, n - k + 1)
}

/** The smallest whole k with P(X <= k) >= probability, for X ~ Binomial(n, p) and a whole n. */
export function binomialQuantile(probability: number, n: number, p: number): number {
  let low = -1
  let high = n
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (binomialCdf(middle, n, p) >= probability) high = middle
    else low = middle
  }
  return high
}
