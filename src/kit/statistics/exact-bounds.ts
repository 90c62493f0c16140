import { inverseRegularizedBeta } from './inverse-beta.ts'

/** Less than this is nothing, and the functions below cannot tell it from nothing. */
const NOTHING = 1e-9

/**
 * One-sided exact bounds of a share after k of n (Clopper and Pearson, Biometrika 1934): with probability 1 - alpha
 * the true share is at least the lower one; the same holds for `at most` and the upper one.
 * `k` and `n` may be real, after a division by a design effect. With n = 0 nothing is known: 0 and 1.
 */
export function exactLowerBound(k: number, n: number, alpha: number): number {
  return k < NOTHING || n <= 0 ? 0 : inverseRegularizedBeta(alpha, k, n - k + 1)
}

export function exactUpperBound(k: number, n: number, alpha: number): number {
  return k >= n || n <= 0 ? 1 : inverseRegularizedBeta(1 - alpha, k + 1, n - k)
}
