import { logGamma } from './log-gamma.ts'

const TINY = 1e-300
const PRECISION = 1e-16
const MOST_TERMS = 100_000

/**
 * Regularised incomplete beta function I_x(a, b), the distribution function of Beta(a, b), for a, b > 0.
 * Continued fraction by Lentz's method (DLMF 8.17.22), on the side of the mean where it converges fast.
 */
export function regularizedBeta(x: number, a: number, b: number): number {
  if (!(a > 0) || !(b > 0) || Number.isNaN(x)) return Number.NaN
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - below(1 - x, x, b, a)
  return below(x, 1 - x, a, b)
}

function below(x: number, rest: number, a: number, b: number): number {
  const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(rest)
  return (Math.exp(front) * fraction(x, a, b)) / a
}

function fraction(x: number, a: number, b: number): number {
  let numerator = 1
  let denominator = 1 / away(1 - ((a + b) * x) / (a + 1))
  let value = denominator
  for (let m = 1; m < MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    denominator = 1 / away(1 + even * denominator)
    numerator = away(1 + even / numerator)
    value *= denominator * numerator
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    denominator = 1 / away(1 + odd * denominator)
    numerator = away(1 + odd / numerator)
    const change = denominator * numerator
    value *= change
    if (Math.abs(change - 1) <= PRECISION) break
  }
  return value
}

/** Lentz's method divides by these terms. */
function away(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}
