import { formatMs } from '../words/durations.ts'
import { formatPercent } from '../words/estimate.ts'
import { needWords } from '../words/need.ts'
import { formatValue } from '../words/numbers.ts'
import { TERMINAL } from '../words/typography.ts'
import type { LiveObjective } from './live-state.ts'

/** What an objective shows so far in its newest window: `97.2 %`, `493 ms`; empty where nothing was seen. Not a verdict. */
export function levelSoFar({ unit, slices }: LiveObjective): string {
  const window = slices.at(-1)?.window
  const own = slices.filter((slice) => slice.window === window)
  if (unit === 'share') {
    const n = own.reduce((sum, slice) => sum + slice.n, 0)
    const bad = own.reduce((sum, slice) => sum + slice.bad, 0)
    return n === 0 ? '' : `${formatPercent(1 - bad / n)} %`
  }
  const value = own.findLast((slice) => slice.value !== null)?.value
  if (value === undefined || value === null) return ''
  return unit === 'ms' ? formatMs(value, TERMINAL) : formatValue(value, TERMINAL)
}

/** `97.2 %, needs 99 %` */
export function levelAndNeed(objective: LiveObjective): string {
  const level = levelSoFar(objective)
  return `${level === '' ? 'nothing seen yet' : level}, ${needWords(objective, TERMINAL)}`
}
