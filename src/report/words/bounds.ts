import type { Estimate, JudgedObjective } from '../../model/journal.ts'
import { fixed, formatValue, groupDigits, trimZeros } from './numbers.ts'
import type { Typography } from './typography.ts'

type Judged = Pick<JudgedObjective, 'unit' | 'need'>
const MAX_DIGITS = 6

/**
 * Both ends of an estimate in words: `97.05 to 97.58 %`, `31 to 66 ms`, `at least 1.9 s`; empty where neither is known.
 * An end is printed with as many digits as keep it on its own side of what is needed.
 */
export function boundsWords(estimate: Estimate | null, { unit, need }: Judged, typography: Typography): string {
  if (estimate === null) return ''
  const seconds = unit === 'ms' && Math.max(Math.abs(estimate.low ?? 0), Math.abs(estimate.high ?? 0)) >= 9_999.5
  const factor = unit === 'share' ? 100 : seconds ? 0.001 : 1
  const limit = (need.kind === 'share' ? need.target : need.kind === 'increase' ? need.atMost : need.value) * factor
  const say = (end: number) =>
    bound(end * factor, limit, unit === 'value' ? undefined : seconds ? 1 : unit === 'ms' ? 0 : 2, typography)
  const word = { share: need.kind === 'increase' ? 'points' : '%', ms: seconds ? 's' : 'ms', value: '' }[unit]
  const suffix = word === '' ? '' : `${typography.space}${word}`
  const { low, high } = estimate
  if (low !== null && high !== null) return `${say(low)} to ${say(high)}${suffix}`
  if (low !== null) return `at least ${say(low)}${suffix}`
  return high === null ? '' : `at most ${say(high)}${suffix}`
}

function bound(end: number, limit: number, startDigits: number | undefined, typography: Typography): string {
  if (startDigits === undefined) {
    const short = formatValue(end, typography)
    if (
      Math.sign(Number(short.replace('−', '-').replaceAll(typography.thousands, '')) - limit) === Math.sign(end - limit)
    )
      return short
  }
  for (let digits = startDigits ?? 2; digits < MAX_DIGITS; digits++)
    if (Math.sign(Number(end.toFixed(digits)) - limit) === Math.sign(end - limit))
      return groupDigits(trimZeros(fixed(end, digits)), typography)
  return groupDigits(trimZeros(fixed(end, MAX_DIGITS)), typography)
}
