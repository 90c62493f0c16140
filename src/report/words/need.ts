import type { JudgedObjective, Unit } from '../../model/journal.ts'
import type { Need } from '../../model/suite.ts'
import { formatMs } from './durations.ts'
import { fixed, formatValue, groupDigits, plural, trimZeros } from './numbers.ts'
import type { Typography } from './typography.ts'

/** A ratio as the suite wrote it, in per cent, exactly: `99.5`, `99.95`. */
export function formatTarget(ratio: number): string {
  return trimZeros(fixed(ratio * 100, 6))
}

/** The number that is needed, with its unit: `99.5 %`, `300 ms`, `+200 ms`, `+1 point`. */
export function formatLimit(need: Need, unit: Unit, typography: Typography): string {
  if (need.kind === 'share') return `${formatTarget(need.target)}${typography.space}%`
  if (need.kind === 'increase') return `+${formatAmount(need.atMost, unit, typography)}`
  return unit === 'share'
    ? `${formatTarget(need.value)}${typography.space}%`
    : formatAmount(need.value, unit, typography)
}

/** In a sentence: `needs 99.5 %`, `must stay below 300 ms`, `at most +200 ms`. */
export function needWords({ need, unit }: Pick<JudgedObjective, 'need' | 'unit'>, typography: Typography): string {
  return `${NEED_VERBS[need.kind]} ${formatLimit(need, unit, typography)}`
}
const NEED_VERBS = { share: 'needs', below: 'must stay below', above: 'must stay above', increase: 'at most' } as const

/** In a table's head: `≥ 99.5 %`, `< 300 ms`, `≤ +200 ms`. */
export function needSigns({ need, unit }: Pick<JudgedObjective, 'need' | 'unit'>, typography: Typography): string {
  return `${NEED_SIGNS[need.kind]} ${formatLimit(need, unit, typography)}`.replaceAll(' ', typography.space)
}
const NEED_SIGNS = { share: '≥', below: '<', above: '>', increase: '≤' } as const

/** An amount in an objective's unit; for shares a difference, in points. */
function formatAmount(amount: number, unit: Unit, typography: Typography): string {
  if (unit === 'ms') return formatExactMs(amount, typography)
  if (unit === 'value') return formatValue(amount, typography)
  const points = formatTarget(amount)
  return `${points}${typography.space}${plural(Number(points), 'point')}`
}

/** A limit is never rounded: 1 250 ms stays so, because a verdict was given against it. */
function formatExactMs(ms: number, typography: Typography): string {
  const seconds = trimZeros(fixed(ms / 1_000, 6))
  const short = ms < 1_000 || Number(trimZeros(fixed(ms / 1_000, 1))) !== Number(seconds)
  if (ms >= 120_000 && ms % 1_000 === 0) return formatMs(ms, typography)
  return short
    ? `${groupDigits(trimZeros(fixed(ms, 3)), typography)}${typography.space}ms`
    : `${seconds}${typography.space}s`
}
