import type { Verdict } from '../../model/verdict.ts'
import { fixed } from './numbers.ts'

/** A measured number in the unit in which it is printed, its bounds, and what was needed. */
export interface Interval {
  readonly value: number
  readonly low: number | null
  readonly high: number | null
  readonly verdict: Verdict
  readonly limit: number
  /** Which side of the limit is good. */
  readonly good: 'at-least' | 'above' | 'at-most' | 'below'
  /** Values that must not be printed unless they are exact: 0 and 100 for shares. */
  readonly never: readonly number[]
  readonly startDigits: number
}

/** Digits as printed. `bound` stands where `±` would say less than was judged. */
export interface PrintedInterval {
  readonly value: string
  readonly margin: string | null
  readonly bound: string | null
}

const MAX_DIGITS = 4
const MAX_BOUND_DIGITS = 9
const EPSILON = 1e-9

/**
 * Prints a value and its `±`, the wider side, with as few digits as keep the printed numbers true to the verdict:
 * value − ± on the good side of the need for a pass, value + ± on the other for a failure.
 */
export function printInterval(interval: Interval): PrintedInterval {
  const { value, low, high, never, verdict } = interval
  if (low === null || high === null || never.includes(value)) return printOneSided(interval)
  const half = Math.max(high - value, value - low)
  const binding = holds(interval, value - half, value + half)
  // The other side is so much wider that ± would seem to cross the need.
  if (!binding && verdict !== 'inconclusive' && holds(interval, low, high)) return printOneSided(interval)
  for (let digits = interval.startDigits; digits <= MAX_DIGITS; digits++) {
    const shown = Number(value.toFixed(digits))
    const margin = Number(half.toFixed(digits))
    const honest = (half === 0 || margin > 0) && !never.includes(shown)
    if (honest && (!binding || holds(interval, shown - margin, shown + margin)))
      return { value: fixed(value, digits), margin: half === 0 ? null : fixed(half, digits), bound: null }
  }
  return verdict === 'pass' || verdict === 'fail' ? printOneSided(interval) : printPlain(interval, MAX_DIGITS, half)
}

/** Whether numbers with these ends carry the verdict; for an undecided one the need lies between them. */
function holds({ verdict, limit, good }: Interval, low: number, high: number): boolean {
  const upwards = good === 'at-least' || good === 'above'
  const allGood = upwards
    ? low >= limit - (good === 'above' ? -EPSILON : EPSILON)
    : high <= limit + (good === 'below' ? -EPSILON : EPSILON)
  const allBad = upwards ? high < limit - EPSILON : low > limit + EPSILON
  if (verdict === 'pass') return allGood
  if (verdict === 'fail') return allBad
  return !allGood && !allBad
}

/** The value with the one bound that decided, or the only one there is: `100 (at least 99.1)`. */
function printOneSided(interval: Interval): PrintedInterval {
  const { value, low, high, verdict, good } = interval
  const upwards = good === 'at-least' || good === 'above'
  const wanted = upwards === (verdict !== 'fail') ? 'low' : 'high'
  const side = (wanted === 'low' ? low : high) === null ? (wanted === 'low' ? 'high' : 'low') : wanted
  const bound = side === 'low' ? low : high
  const plain = printPlain(interval, interval.startDigits, 0)
  if (bound === null) return plain
  const digits = boundDigits(interval, bound, side)
  const shown = fixed(roundOut(bound, digits, side), digits)
  if (bound === value && !interval.never.includes(value)) return { value: shown, margin: null, bound: null }
  return { ...printPlain(interval, digits, 0), bound: `${side === 'low' ? 'at least' : 'at most'} ${shown}` }
}

/** How many digits a bound needs to agree with the verdict, when it is rounded away from the value. */
function boundDigits(interval: Interval, bound: number, side: 'low' | 'high'): number {
  const binding = holds(interval, bound, bound)
  for (let digits = interval.startDigits; digits < MAX_BOUND_DIGITS; digits++) {
    const rounded = roundOut(bound, digits, side)
    if (!binding || holds(interval, rounded, rounded)) return digits
  }
  return MAX_BOUND_DIGITS
}

/** Rounds down a lower bound and up an upper one; a hair of binary noise is not a digit. */
export function roundOut(bound: number, digits: number, side: 'low' | 'high'): number {
  const scale = 10 ** digits
  const scaled = Number((bound * scale).toFixed(6))
  return (side === 'low' ? Math.floor(scaled) : Math.ceil(scaled)) / scale
}

function printPlain({ value, never, startDigits }: Interval, digits: number, half: number): PrintedInterval {
  const exact = never.includes(value)
  let shown = exact ? 0 : Math.max(digits, startDigits)
  while (!exact && shown < MAX_BOUND_DIGITS && never.includes(Number(value.toFixed(shown)))) shown++
  return { value: fixed(value, shown), margin: half === 0 ? null : fixed(half, shown), bound: null }
}
