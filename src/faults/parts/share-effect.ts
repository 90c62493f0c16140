import { exactLowerBound, exactUpperBound } from '../../kit/statistics/exact-bounds.ts'
import type { NodeReading } from '../../model/cluster/reading.ts'

/** One in a thousand on each side: a fault that does what it was asked to is called into question once in 500 looks. */
const ALPHA = 0.001
/** Fewer hits than this expected, and nothing can be told from so few packets. */
const LEAST_EXPECTED = 5
/** Of what was asked for: a large count proves a deviation that is of no consequence. */
const TOLERANCE = 0.25

/**
 * Whether the share of packets that were hit is the one that was asked for: within exact binomial bounds (Clopper and Pearson,
 * 1934), or within a quarter of it, with at least five hits expected. A correlation between packets makes fewer of them count.
 */
export function shareHolds({ hit, matched }: NodeReading, asked: number, correlation = 0): boolean {
  if (hit === undefined || matched === undefined || matched === 0 || hit === 0 || asked <= 0) return false
  const design = correlation < 1 ? (1 + correlation) / (1 - correlation) : Number.POSITIVE_INFINITY
  const [k, n] = [hit / design, matched / design]
  if (n * asked < LEAST_EXPECTED) return false
  if (Math.abs(hit / matched - asked) <= TOLERANCE * asked) return true
  return exactLowerBound(k, n, ALPHA) <= asked && asked <= exactUpperBound(k, n, ALPHA)
}
