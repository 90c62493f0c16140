/** Lanczos coefficients for g = 7 (Paul Godfrey, 2001): relative error below 1e-14 for positive arguments. */
const G = 7
const COEFFICIENTS: readonly number[] = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]
const HALF_LOG_TWO_PI = Math.log(2 * Math.PI) / 2

/** Natural logarithm of the gamma function for x > 0; NaN elsewhere. */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const shifted = x - 1
  const base = shifted + G + 0.5
  const series = COEFFICIENTS.reduce((sum, coefficient, index) =>
    index === 0 ? coefficient : sum + coefficient / (shifted + index),
  )
  return HALF_LOG_TWO_PI + (shifted + 0.5) * Math.log(base) - base + Math.log(series)
}
