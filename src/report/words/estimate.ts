import type { Estimate, JudgedObjective, Unit } from '../../model/journal.ts'
import type { Need } from '../../model/suite.ts'
import type { Verdict } from '../../model/verdict.ts'
import { type Interval, printInterval, roundOut } from './interval.ts'
import { fixed, formatValue, groupDigits, plural, trimZeros } from './numbers.ts'
import type { Typography } from './typography.ts'

/** A judged number as printed, in parts, so that each medium can set the value in bold and the rest small. */
export interface PrintedEstimate {
  /** `97.1`, `+47`, `over 1.9`. */
  readonly value: string
  /** `± 0.6`, `(at least 99.1)`, or empty. */
  readonly uncertainty: string
  /** `%`, `points`, `ms`, `s`, or empty where the unit is the query's own. */
  readonly unit: string
}

type Judged = Pick<JudgedObjective, 'unit' | 'need' | 'verdict' | 'fault' | 'increase'>

/** The estimate that an objective was judged by: the increase where that is what is limited, else the fault window. */
export function judgedEstimate(objective: Judged): Estimate | null {
  return objective.need.kind === 'increase' ? objective.increase : objective.fault
}

/** What was measured under the fault, rounded so that it agrees with the verdict; null where nothing was. */
export function printJudged(objective: Judged, typography: Typography): PrintedEstimate | null {
  const estimate = judgedEstimate(objective)
  return estimate === null ? null : printEstimate(estimate, objective, typography)
}

/** One estimate against one need; also for the steps of a search. */
export function printEstimate(
  estimate: Estimate,
  { unit, need, verdict }: { readonly unit: Unit; readonly need: Need; readonly verdict: Verdict },
  typography: Typography,
): PrintedEstimate | null {
  const difference = need.kind === 'increase'
  const scale = scaleOf(estimate, unit, difference)
  const printed = (text: string) => groupDigits(difference ? signed(text) : text, typography)
  if (
    estimate.value === null ||
    (unit !== 'share' && estimate.high === null && verdict === 'fail' && estimate.low !== null)
  )
    return printUnbounded(estimate, scale, printed)
  const shown = printInterval(intervalOf(estimate, estimate.value, { unit, need, verdict }, scale))
  const bound = shown.bound?.replace(/\S+$/, printed)
  const uncertainty = shown.margin !== null ? `± ${groupDigits(shown.margin, typography)}` : bound ? `(${bound})` : ''
  return { value: printed(shown.value), uncertainty, unit: unitWord(scale, shown.value) }
}

/** `97.1 % ± 0.6`, `100 % (at least 99.1)`, `+47 ms ± 19`, `over 1.9 s`; `no data` where nothing was measured. */
export function estimateWords(printed: PrintedEstimate | null, typography: Typography): string {
  if (printed === null) return 'no data'
  const unit = printed.unit === '' ? '' : `${typography.space}${printed.unit}`
  return `${printed.value}${unit}${printed.uncertainty === '' ? '' : ` ${printed.uncertainty}`}`
}

/** Before and after, without `±`: up to two decimals, and never 100 when something failed. Without its unit for shares. */
export function formatLevel(estimate: Estimate | null, unit: Unit, typography: Typography): string {
  if (estimate === null || estimate.value === null) return '–'
  if (unit === 'share') return formatPercent(estimate.value)
  if (unit === 'value') return formatValue(estimate.value, typography)
  const seconds = Math.abs(estimate.value) >= 999.5
  return seconds ? `${trimZeros(fixed(estimate.value / 1_000, 1))}${typography.space}s` : fixed(estimate.value, 0)
}

/** A ratio as per cent in up to two decimals; more where a failure would print as 100 or a success as 0. */
export function formatPercent(ratio: number): string {
  for (let digits = 2; digits < 9; digits++) {
    const shown = Number((ratio * 100).toFixed(digits))
    if ((ratio >= 1 || shown < 100) && (ratio <= 0 || shown > 0)) return trimZeros(fixed(ratio * 100, digits))
  }
  return ratio > 0.5 ? 'almost 100' : 'almost 0'
}

interface Scale {
  readonly factor: number
  readonly unit: '%' | 'point' | 'ms' | 's' | ''
  readonly digits: number
}

function scaleOf(estimate: Estimate, unit: Unit, difference: boolean): Scale {
  const size = Math.abs(estimate.value ?? estimate.low ?? estimate.high ?? 0)
  const half = Math.max(
    0,
    ...[estimate.low, estimate.high].map((end) =>
      end === null || estimate.value === null ? 0 : Math.abs(end - estimate.value),
    ),
  )
  const digits = (factor: number) => (half * factor >= 2 || (half === 0 && unit === 'ms') ? 0 : 1)
  if (unit === 'share') return { factor: 100, unit: difference ? 'point' : '%', digits: digits(100) }
  if (unit === 'ms')
    return size >= 999.5 ? { factor: 0.001, unit: 's', digits: 1 } : { factor: 1, unit: 'ms', digits: digits(1) }
  const magnitude = size === 0 ? 0 : Math.floor(Math.log10(size))
  return {
    factor: 1,
    unit: '',
    digits: half >= 2 || (half === 0 && size >= 100) ? 0 : Math.min(4, Math.max(1, 1 - magnitude)),
  }
}

function intervalOf(
  estimate: Estimate,
  value: number,
  { unit, need, verdict }: { readonly unit: Unit; readonly need: Need; readonly verdict: Verdict },
  scale: Scale,
): Interval {
  const scaled = (end: number | null) => (end === null ? null : end * scale.factor)
  const limit = need.kind === 'share' ? need.target : need.kind === 'increase' ? need.atMost : need.value
  return {
    value: value * scale.factor,
    low: scaled(estimate.low),
    high: scaled(estimate.high),
    verdict,
    limit: limit * scale.factor,
    good: GOOD_SIDE[need.kind],
    never: unit === 'share' && need.kind !== 'increase' ? [0, 100] : [],
    startDigits: scale.digits,
  }
}
const GOOD_SIDE = { share: 'at-least', below: 'below', above: 'above', increase: 'at-most' } as const

/** A quantile that lies beyond what could be measured: its lower bound is all that is known. */
function printUnbounded(estimate: Estimate, scale: Scale, printed: (text: string) => string): PrintedEstimate | null {
  const side = estimate.low === null ? 'high' : 'low'
  const bound = estimate.low ?? estimate.high
  if (bound === null) return null
  const digits = scale.unit === 's' ? 1 : scale.digits
  const text = fixed(roundOut(bound * scale.factor, digits, side), digits)
  return {
    value: `${side === 'low' ? 'over' : 'under'} ${printed(trimZeros(text))}`,
    uncertainty: '',
    unit: unitWord(scale, text),
  }
}

function unitWord({ unit }: Scale, shown: string): string {
  return unit === 'point' ? plural(Number(shown), 'point') : unit
}

function signed(text: string): string {
  return text.startsWith('−') || Number(text) === 0 ? text : `+${text}`
}
