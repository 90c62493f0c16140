import { logGamma } from './log-gamma.ts'
import { regularizedBeta } from './regularized-beta.ts'

const MOST_STEPS = 200

/**
 * The x with I_x(a, b) = probability, for a, b > 0 and a probability in 0..1.
 * Newton's method, kept inside a bracket that every step narrows, so that it cannot leave or hang.
 */
export function inverseRegularizedBeta(probability: number, a: number, b: number): number {
  if (!(a > 0) || !(b > 0) || !(probability >= 0 && probability <= 1)) return Number.NaN
  if (probability === 0 || probability === 1) return probability
  const scale = logGamma(a + b) - logGamma(a) - logGamma(b)
  let low = 0
  let high = 1
  let x = a / (a + b)
  for (let step = 0; step < MOST_STEPS; step++) {
    const error = regularizedBeta(x, a, b) - probability
    if (error === 0) return x
    if (error > 0) high = x
    else low = x
    const density = Math.exp(scale + (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x))
    const next = x - error / density
    // Bisect where Newton would leave the bracket; geometrically, because bounds of small shares span many decades.
    const inside = Number.isFinite(next) && next > low && next < high
    const candidate = inside ? next : low > 0 ? Math.sqrt(low * high) : (low + high) / (high < 1e-3 ? 64 : 2)
    if (Math.abs(candidate - x) <= 1e-15 * candidate) return candidate
    x = candidate
  }
  return x
}
