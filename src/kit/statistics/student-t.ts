import { inverseRegularizedBeta } from './inverse-beta.ts'

/** The t with P(T <= t) = probability for Student's t with `degrees` > 0 of freedom. */
export function studentQuantile(probability: number, degrees: number): number {
  if (probability === 0.5) return 0
  const tail = Math.min(probability, 1 - probability)
  const x = inverseRegularizedBeta(2 * tail, degrees / 2, 0.5)
  const t = Math.sqrt((degrees * (1 - x)) / x)
  return probability < 0.5 ? -t : t
}

/**
 * How many sample standard deviations above the mean of `runs` earlier values one more value of the same normal
 * population stays with the given confidence: t · sqrt(1 + 1/N) (Hahn and Meeker 1991, 4.7). Needs two runs.
 */
export function predictionFactor(runs: number, confidence: number): number {
  return runs < 2 ? Number.POSITIVE_INFINITY : studentQuantile(confidence, runs - 1) * Math.sqrt(1 + 1 / runs)
}
