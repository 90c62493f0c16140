import { binomialQuantile } from './binomial.ts'

/**
 * Ranks, counted from 1, of the order statistics between which a quantile lies, each side with probability 1 - alpha
 * (distribution-free; Conover 1999, 3.2). `low` 0: no finite lower end; `high` above n: no finite upper end.
 */
export function quantileRanks(
  n: number,
  quantile: number,
  alpha: number,
): { readonly low: number; readonly high: number } {
  return { low: binomialQuantile(alpha, n, quantile), high: binomialQuantile(1 - alpha, n, quantile) + 1 }
}
