import { binomialUpperTail } from '../kit/statistics/binomial.ts'
import { designEffect } from '../kit/statistics/design-effect.ts'
import { exactLowerBound, exactUpperBound } from '../kit/statistics/exact-bounds.ts'
import { newcombeInterval, newcombePValue } from '../kit/statistics/newcombe.ts'
import { normalQuantile } from '../kit/statistics/normal.ts'
import { JUDGING_ALPHA, zeroFailureMinimum } from '../kit/statistics/sample-size.ts'
import type { Estimate } from '../model/journal.ts'
import type { Measurement } from '../model/measurement.ts'
import type { Indicator } from '../model/suite.ts'
import { type Finding, found, reason } from './finding.ts'
import { countWords, milliseconds, percent, points, whole } from './words.ts'

const Z = normalQuantile(1 - JUDGING_ALPHA)
/** A baseline in which most requests fail leaves no room in which a rise could be seen. */
const MOST_BAD_BASELINE = 0.5

/** Pooled counts of a window, each way of counting divided by its own design effect. */
export interface SharePool {
  readonly n: number
  /** As many as can have been bad. */
  readonly most: Side
  /** As few as can have been; differs only where a histogram has no edge at the limit. */
  readonly fewest: Side
}

interface Side {
  readonly bad: number
  readonly effect: number
  readonly k: number
  readonly n: number
}

export function poolShare({ slices }: Pick<Measurement, 'slices'>): SharePool {
  const n = slices.reduce((sum, slice) => sum + slice.n, 0)
  const side = (count: (slice: Measurement['slices'][number]) => number): Side => {
    const bad = slices.reduce((sum, slice) => sum + count(slice), 0)
    const effect = designEffect(slices.map((slice) => ({ n: slice.n, bad: count(slice) })))
    return { bad, effect, k: bad / effect, n: n / effect }
  }
  return { n, most: side(({ bad }) => bad), fewest: side(({ badAtLeast }) => badAtLeast) }
}

/** The share of good with its one-sided bounds, as journals keep it. */
export function shareEstimate({ n, most, fewest }: SharePool): Estimate {
  return {
    value: 1 - most.bad / n,
    low: 1 - exactUpperBound(most.k, most.n, JUDGING_ALPHA),
    high: 1 - exactLowerBound(fewest.k, fewest.n, JUDGING_ALPHA),
    n,
    bad: most.bad,
    designEffect: most.effect,
  }
}

/** `at least this share is good`: proven to hold, proven not to, or neither. */
export function judgeShare(indicator: Indicator, target: number, pool: SharePool): Finding {
  const limit = 1 - target
  const pValue = binomialUpperTail(pool.fewest.k, pool.fewest.n, limit)
  const estimate = shareEstimate(pool)
  const counted = countWords(indicator, pool.most.bad, pool.n)
  const upper = (side: Side) => exactUpperBound(side.k, side.n, JUDGING_ALPHA)
  const lower = (side: Side) => exactLowerBound(side.k, side.n, JUDGING_ALPHA)
  if (upper(pool.most) <= limit) return found('pass', { pValue })
  if (lower(pool.fewest) > limit) {
    const detail = `${counted}: at most ${percent(estimate.high ?? 1)} held, needs ${percent(target)}`
    return found('fail', { pValue, reasons: [reason('OBJECTIVE_MISSED', detail)] })
  }
  const coarse = upper(pool.fewest) <= limit || lower(pool.most) > limit
  return found('inconclusive', { pValue, reasons: [whyUndecided(coarse, indicator, pool, limit, counted)] })
}

function whyUndecided(coarse: boolean, indicator: Indicator, pool: SharePool, limit: number, counted: string) {
  if (coarse) return reason('BUCKET_TOO_COARSE', coarseWords(indicator, pool))
  const least = zeroFailureMinimum(limit)
  if (pool.n < least) {
    const needed = Number.isFinite(least) ? `${whole(least)} are needed` : 'no number is enough'
    return reason('LOW_TRAFFIC', `${counted}; even with no failure, ${needed} to tell`)
  }
  const clustered = pool.most.effect > 1.05 ? `, in clusters that make them worth ${whole(pool.most.n)}` : ''
  const { low, high } = shareEstimate(pool)
  return reason(
    'UNDECIDED',
    `${counted}${clustered}: between ${percent(low ?? 0)} and ${percent(high ?? 1)}, needs ${percent(1 - limit)}`,
  )
}

function coarseWords(indicator: Indicator, { most, fewest }: SharePool): string {
  const limit = 'ms' in indicator ? ` at ${milliseconds(indicator.ms)}` : ''
  return `the histogram has no edge${limit}: between ${whole(fewest.bad)} and ${whole(most.bad)} were too slow`
}

/** Whether a baseline is proven to miss what the fault window needs, in words; undefined when it is not. */
export function unhealthyShare(target: number | undefined, pool: SharePool): string | undefined {
  const limit = target === undefined ? MOST_BAD_BASELINE : 1 - target
  if (exactLowerBound(pool.fewest.k, pool.fewest.n, JUDGING_ALPHA) <= limit) return undefined
  const level = percent(1 - pool.fewest.bad / pool.n)
  if (target === undefined) return `most of it was already failing before the fault: ${level} held`
  return `it was already failing before the fault: ${level}, needs ${percent(target)}`
}

/** `the share of bad rises by at most this`, against the baseline of the same run. */
export function judgeShareIncrease(indicator: Indicator, margin: number, before: SharePool, under: SharePool): Finding {
  const worst = newcombeInterval(under.most, before.fewest, Z)
  const best = newcombeInterval(under.fewest, before.most, Z)
  const pValue = newcombePValue(under.fewest, before.most, margin)
  const increase: Estimate = {
    value: under.most.bad / under.n - before.most.bad / before.n,
    low: best.low,
    high: worst.high,
    n: under.n,
    bad: under.most.bad,
    designEffect: under.most.effect,
  }
  const counted = `${countWords(indicator, under.most.bad, under.n)}, ${whole(before.most.bad)} of ${whole(before.n)} before`
  const allowed = `allowed are ${points(margin)} more`
  if (worst.high <= margin) return found('pass', { pValue, increase })
  if (best.low > margin) {
    const detail = `${counted}: at least ${points(best.low)} more, ${allowed}`
    return found('fail', { pValue, increase, reasons: [reason('OBJECTIVE_MISSED', detail)] })
  }
  const coarse = best.high <= margin || worst.low > margin
  const why = coarse
    ? reason('BUCKET_TOO_COARSE', coarseWords(indicator, under))
    : Math.min(under.n, before.n) < zeroFailureMinimum(margin)
      ? reason('LOW_TRAFFIC', `${counted}; at least ${whole(zeroFailureMinimum(margin))} are needed each time to tell`)
      : reason('UNDECIDED', `${counted}: between ${points(best.low)} and ${points(worst.high)} more, ${allowed}`)
  return found('inconclusive', { pValue, increase, reasons: [why] })
}
