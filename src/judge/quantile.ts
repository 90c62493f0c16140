import { binomialUpperTail } from '../kit/statistics/binomial.ts'
import { JUDGING_ALPHA, quantileMinimum } from '../kit/statistics/sample-size.ts'
import type { Estimate, Reason } from '../model/journal.ts'
import type { Histogram } from '../model/measurement.ts'
import { type Finding, found, reason } from './finding.ts'
import { countAbove, type QuantileBounds, quantileBounds } from './histogram.ts'
import { decimal, milliseconds, whole } from './words.ts'

/** A window's histogram and how much clustering takes off it. */
export interface QuantilePool {
  readonly histogram: Histogram
  readonly quantile: number
  readonly effect: number
}

export function boundsOf({ histogram, quantile, effect }: QuantilePool, alpha = JUDGING_ALPHA): QuantileBounds {
  return quantileBounds(histogram, quantile, effect, alpha)
}

/** The quantile with its bounds. `bad` counts those that were slower than could be measured, or failed. */
export function quantileEstimate(pool: QuantilePool): Estimate {
  const { value, low, high, effect } = boundsOf(pool)
  return {
    value,
    low: finite(low.low),
    high: high.high,
    n: pool.histogram.n,
    bad: pool.histogram.overflow,
    designEffect: effect,
  }
}

/** `the quantile is at most this many milliseconds`. */
export function judgeQuantile(limitMs: number, pool: QuantilePool): Finding {
  const { histogram, quantile, effect } = pool
  const bounds = boundsOf(pool)
  const above = countAbove(histogram, limitMs)
  const pValue = binomialUpperTail(above.atLeast / effect, histogram.n / effect, 1 - quantile)
  const word = `p${decimal(quantile * 100)}`
  if (bounds.high.high !== null && bounds.high.high <= limitMs) return found('pass', { pValue })
  if (bounds.low.low > limitMs && pValue <= JUDGING_ALPHA) {
    const detail = `${word} was over ${milliseconds(bounds.low.low)}, needs below ${milliseconds(limitMs)}`
    return found('fail', { pValue, reasons: [reason('OBJECTIVE_MISSED', detail)] })
  }
  const hidden = histogram.overflow > 0 && histogram.overflowFromMs < limitMs
  const coarse = (bounds.low.high ?? 0) > limitMs || bounds.high.low <= limitMs
  const detail = `${word} lies between ${milliseconds(bounds.low.low)} and ${spokenEnd(bounds.high.high)}, needs below ${milliseconds(limitMs)}`
  return found('inconclusive', { pValue, reasons: [whyUndecided([pool], [bounds], hidden, coarse, detail)] })
}

/** `the quantile rises by at most this many milliseconds`, against the baseline of the same run. */
export function judgeQuantileIncrease(marginMs: number, before: QuantilePool, under: QuantilePool): Finding {
  const [was, is] = [boundsOf(before), boundsOf(under)]
  const low = was.high.high === null ? null : finite(is.low.low - was.high.high)
  const high = is.high.high === null ? null : is.high.high - was.low.low
  const increase: Estimate = {
    value: is.value === null || was.value === null ? null : is.value - was.value,
    low,
    high,
    n: under.histogram.n,
    bad: under.histogram.overflow,
    designEffect: under.effect,
  }
  const pValue = increasePValue(marginMs, before, under)
  const word = `p${decimal(under.quantile * 100)}`
  const allowed = `allowed are ${milliseconds(marginMs)} more`
  // A baseline that could not be measured is not one that was slow enough.
  if (was.value !== null && high !== null && high <= marginMs) return found('pass', { pValue, increase })
  if (low !== null && low > marginMs) {
    const detail = `${word} rose by over ${milliseconds(low)}, ${allowed}`
    return found('fail', { pValue, increase, reasons: [reason('OBJECTIVE_MISSED', detail)] })
  }
  const hidden = was.value === null || is.value === null
  const bestLow = was.high.low === Number.POSITIVE_INFINITY ? null : (is.low.high ?? is.low.low) - was.high.low
  const bestHigh = is.high.low - (was.low.high ?? Number.NEGATIVE_INFINITY)
  const coarse = (bestLow !== null && bestLow > marginMs) || bestHigh <= marginMs
  const detail = `${word} rose by ${low === null ? 'an unknown amount' : `${milliseconds(low)} or more`}, ${high === null ? 'without a known upper end' : `at most ${milliseconds(high)}`}; ${allowed}`
  return found('inconclusive', {
    pValue,
    increase,
    reasons: [whyUndecided([before, under], [was, is], hidden, coarse, detail)],
  })
}

function whyUndecided(
  pools: readonly QuantilePool[],
  bounds: readonly QuantileBounds[],
  hidden: boolean,
  coarse: boolean,
  detail: string,
): Reason {
  const small = pools.find(({ histogram, quantile }) => histogram.n < quantileMinimum(quantile))
  if (small) {
    const least = whole(quantileMinimum(small.quantile))
    return reason(
      'LOW_TRAFFIC',
      `${detail}: ${whole(small.histogram.n)} were measured, at least ${least} are needed to tell`,
    )
  }
  if (hidden) return reason('CENSORED_QUANTILE', `${detail}: it lies beyond what could be measured`)
  const clustered = bounds.find(({ effect }) => effect > 1.05)
  if (coarse) return reason('BUCKET_TOO_COARSE', `${detail}: the histogram has no edge near the limit`)
  return reason('UNDECIDED', clustered ? `${detail}; the slow ones came in clusters` : detail)
}

/** The smallest alpha at which the rise is proven; bisection, because ranks make it a staircase. */
function increasePValue(marginMs: number, before: QuantilePool, under: QuantilePool): number {
  const proven = (alpha: number) => {
    const was = boundsOf(before, alpha).high.high
    return was !== null && boundsOf(under, alpha).low.low - was > marginMs
  }
  let yes = 0.5
  if (!proven(yes)) return 1
  let no = 1e-12
  if (proven(no)) return no
  for (let step = 0; step < 40; step++) {
    const middle = Math.sqrt(yes * no)
    if (proven(middle)) yes = middle
    else no = middle
  }
  return yes
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function spokenEnd(ms: number | null): string {
  return ms === null ? 'an unknown end' : milliseconds(ms)
}
