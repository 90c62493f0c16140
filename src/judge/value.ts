import { blockPermutation } from '../kit/statistics/block-permutation.ts'
import { JUDGING_ALPHA } from '../kit/statistics/sample-size.ts'
import type { Estimate } from '../model/journal.ts'
import type { Measurement } from '../model/measurement.ts'
import { type Finding, found, reason } from './finding.ts'
import { decimal, plural } from './words.ts'

/** So many slices in a row beyond a limit are no odd scrape. */
const PROVEN_RUN = 3
/** A baseline that swings more than this, against its level or the allowed rise, whichever is larger, is no baseline. */
const MOST_VARIATION = 0.5

type Bound = { readonly kind: 'below' | 'above'; readonly value: number }

export function valuesOf({ slices }: Pick<Measurement, 'slices'>): readonly number[] {
  return slices.flatMap(({ value }) => (value === null ? [] : [value]))
}

/** The worst slice for a limit, the mean for a rise. Single values have no bounds of their own. */
export function valueEstimate(values: readonly number[], need: Bound | { readonly kind: 'increase' }): Estimate {
  const bad = need.kind === 'increase' ? 0 : values.filter((value) => !isWithin(value, need)).length
  const value = need.kind === 'increase' ? mean(values) : worst(values, need)
  return { value, low: null, high: null, n: values.length, bad, designEffect: 1 }
}

/**
 * `every slice is below (or above) this`. Holds when all slices do; does not hold when several in a row do not.
 * In between, one or two odd slices neither prove a breach nor allow a pass. A reading is not a sample, so there is no p-value.
 */
export function judgeValue(need: Bound, values: readonly number[]): Finding {
  const broken = values.filter((value) => !isWithin(value, need)).length
  if (broken === 0) return found('pass')
  const detail = `${broken} of ${plural(values.length, 'slice')} were not ${need.kind} ${decimal(need.value)}; the worst was ${decimal(worst(values, need))}`
  if (longestRun(values.map((value) => !isWithin(value, need))) >= PROVEN_RUN) {
    return found('fail', { reasons: [reason('OBJECTIVE_MISSED', detail)] })
  }
  return found('inconclusive', {
    reasons: [reason('UNDECIDED', `${detail}; ${PROVEN_RUN} in a row are needed to tell`)],
  })
}

/** Whether a baseline is proven to break the limit by itself, in words. */
export function unhealthyValue(need: Bound, values: readonly number[]): string | undefined {
  if (judgeValue(need, values).verdict !== 'fail') return undefined
  return `it was already failing before the fault: ${decimal(worst(values, need))}, needs ${need.kind} ${decimal(need.value)}`
}

/** Whether a baseline swings too much to be compared with, in words. */
export function unsteadyValue(atMost: number, values: readonly number[]): string | undefined {
  const level = mean(values)
  const deviation = Math.sqrt(
    values.reduce((sum, value) => sum + (value - level) ** 2, 0) / Math.max(1, values.length - 1),
  )
  if (deviation <= MOST_VARIATION * Math.max(Math.abs(level), Math.abs(atMost))) return undefined
  return `it was not steady before the fault: ${decimal(level)} on average, give or take ${decimal(deviation)}`
}

/** `the mean of the slices rises by at most this`, against the baseline of the same run. */
export function judgeValueIncrease(atMost: number, before: readonly number[], under: readonly number[]): Finding {
  const { shift, low, high, pValue } = blockPermutation(before, under, atMost, JUDGING_ALPHA)
  const increase: Estimate = {
    value: shift,
    low: finite(low),
    high: finite(high),
    n: under.length,
    bad: 0,
    designEffect: 1,
  }
  const ends = `between ${decimal(low)} and ${decimal(high)} more than before, allowed are ${decimal(atMost)} more`
  if (high <= atMost) return found('pass', { pValue, increase })
  if (low > atMost && pValue <= JUDGING_ALPHA) {
    const detail = `it rose by at least ${decimal(low)}, allowed are ${decimal(atMost)} more than before`
    return found('fail', { pValue, increase, reasons: [reason('OBJECTIVE_MISSED', detail)] })
  }
  return found('inconclusive', { pValue, increase, reasons: [reason('UNDECIDED', ends)] })
}

export function isWithin(value: number, need: Bound): boolean {
  return need.kind === 'below' ? value < need.value : value > need.value
}

function worst(values: readonly number[], need: Bound): number {
  return need.kind === 'below' ? Math.max(...values) : Math.min(...values)
}

function longestRun(flags: readonly boolean[]): number {
  let longest = 0
  let current = 0
  for (const flag of flags) {
    current = flag ? current + 1 : 0
    longest = Math.max(longest, current)
  }
  return longest
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
