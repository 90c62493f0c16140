import { normalQuantile } from './normal.ts'

/**
 * Hodges and Lehmann's shift of `first` against `second`, the median of all differences, and its two-sided interval
 * by normal-approximate ranks (Annals of Mathematical Statistics 1963). NaN without data.
 */
export function hodgesLehmann(
  first: readonly number[],
  second: readonly number[],
  confidence: number,
): { readonly shift: number; readonly low: number; readonly high: number } {
  const differences = first.flatMap((one) => second.map((other) => one - other)).sort((a, b) => a - b)
  const pairs = differences.length
  if (pairs === 0) return { shift: Number.NaN, low: Number.NaN, high: Number.NaN }
  const deviation = Math.sqrt((pairs * (first.length + second.length + 1)) / 12)
  const cut = Math.max(0, Math.round(pairs / 2 - normalQuantile(0.5 + confidence / 2) * deviation) - 1)
  const at = (index: number) => differences[index] ?? Number.NaN
  const shift = (at(Math.floor((pairs - 1) / 2)) + at(Math.ceil((pairs - 1) / 2))) / 2
  return { shift, low: at(cut), high: at(pairs - 1 - cut) }
}
