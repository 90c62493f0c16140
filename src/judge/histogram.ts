import { designEffect } from '../kit/statistics/design-effect.ts'
import { quantileRanks } from '../kit/statistics/quantile-ranks.ts'
import type { Histogram, Measurement } from '../model/measurement.ts'

/** Milliseconds between which something lies; null: no finite end is known. */
export interface Edges {
  readonly low: number
  readonly high: number | null
}

/** The edges of the bucket that holds the value of a rank, counted from 1. Rank 0 is below, a rank above n beyond everything. */
export function edgesAtRank(histogram: Histogram, rank: number): Edges {
  if (rank < 1) return { low: 0, high: 0 }
  let cumulative = 0
  let previous = 0
  for (const [upper, count] of histogram.buckets) {
    cumulative += count
    if (cumulative >= rank) return { low: lowerEdge(upper, previous, histogram), high: upper }
    previous = upper
  }
  return rank > histogram.n
    ? { low: Number.POSITIVE_INFINITY, high: null }
    : { low: histogram.overflowFromMs, high: null }
}

/** How many are known to be above a limit, and how many can be. */
export function countAbove(
  histogram: Histogram,
  limitMs: number,
): { readonly atLeast: number; readonly atMost: number } {
  let atLeast = histogram.overflowFromMs >= limitMs ? histogram.overflow : 0
  let atMost = histogram.overflow
  let previous = 0
  for (const [upper, count] of histogram.buckets) {
    if (lowerEdge(upper, previous, histogram) >= limitMs) atLeast += count
    if (upper > limitMs) atMost += count
    previous = upper
  }
  return { atLeast, atMost }
}

/**
 * Where buckets are kept only when something is in them, the edge before says less than the precision of the edges.
 * A precision of 0 says that every edge is there, and then the edge before is all that is known.
 */
function lowerEdge(upper: number, previous: number, { precision }: Histogram): number {
  return precision > 0 ? Math.max(0, previous, upper * (1 - precision)) : Math.max(0, previous)
}

/** A quantile with one-sided bounds at `alpha`, by ranks; each end as the edges of the bucket that it falls into. */
export interface QuantileBounds {
  readonly value: number | null
  readonly low: Edges
  readonly high: Edges
  readonly effect: number
  /** What n is worth. */
  readonly effective: number
}

export function quantileBounds(histogram: Histogram, quantile: number, effect: number, alpha: number): QuantileBounds {
  const { n } = histogram
  const effective = Math.max(1, Math.floor(n / effect))
  const ranks = quantileRanks(effective, quantile, alpha)
  const low = Math.floor((ranks.low / effective) * n)
  const high = ranks.high > effective ? n + 1 : Math.ceil((ranks.high / effective) * n)
  return {
    value: edgesAtRank(histogram, Math.max(1, Math.ceil(quantile * n - 1e-9))).high,
    low: edgesAtRank(histogram, low),
    high: edgesAtRank(histogram, high),
    effect,
    effective,
  }
}

/**
 * How clustered in time the slow ones are. Slices keep their own quantile, not how many were above the window's; but a
 * slice whose quantile reaches it has some, and one whose quantile does not has next to none. All of them spread
 * evenly over such slices is the least clustering that fits what was seen. The bad ones of slices, where they are
 * counted, are taken as they are; the larger of the two effects counts.
 */
export function quantileDesignEffect({ slices, histogram }: Measurement, quantile: number): number {
  const counted = designEffect(slices)
  if (!histogram) return counted
  const { low } = edgesAtRank(histogram, Math.max(1, Math.ceil(quantile * histogram.n - 1e-9)))
  const above = countAbove(histogram, low).atMost
  const exceeds = slices.map(({ n, value }) => n > 0 && (value === null || value >= low))
  const room = slices.reduce((sum, { n }, index) => sum + (exceeds[index] ? n : 0), 0)
  if (room === 0) return counted
  const ratio = Math.min(1, above / room)
  return Math.max(counted, designEffect(slices.map(({ n }, index) => ({ n, bad: exceeds[index] ? n * ratio : 0 }))))
}
