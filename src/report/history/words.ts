import type { Change, History, MonthHistory, Point, Series } from '../../model/history.ts'
import { VERDICTS } from '../../model/verdict.ts'
import { formatMs } from '../words/durations.ts'
import { formatPercent } from '../words/estimate.ts'
import { needWords } from '../words/need.ts'
import { fixed, formatValue, plural, trimZeros } from '../words/numbers.ts'
import { formatSearchValue } from '../words/search.ts'
import type { Typography } from '../words/typography.ts'

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** `November 2026` of `2026-11`. */
export function monthName(month: string): string {
  const [year = '', number = ''] = month.split('-')
  return `${MONTHS[Number(number) - 1] ?? ''} ${year}`.trim()
}

/** `Nov`, with the year where it begins: `Jan 2027`. */
export function shortMonth(month: string, withYear = month.endsWith('-01')): string {
  const name = monthName(month)
  return withYear ? `${name.slice(0, 3)} ${name.slice(-4)}` : name.slice(0, 3)
}

/** `21 Nov 2026`, of UTC; the year only where it is asked for. */
export function dayOf(atMs: number, withYear = false): string {
  const iso = new Date(atMs).toISOString()
  const name = monthName(iso.slice(0, 7))
  return `${Number(iso.slice(8, 10))} ${name.slice(0, 3)}${withYear ? ` ${name.slice(-4)}` : ''}`
}

export function runsOf({ runs }: MonthHistory): number {
  return VERDICTS.reduce((sum, verdict) => sum + runs[verdict], 0)
}

export function experimentsOf({ experiments }: MonthHistory): number {
  return VERDICTS.reduce((sum, verdict) => sum + experiments[verdict], 0)
}

/** The month that a history speaks of, and the one before it. */
export function currentMonth({ months }: History): {
  readonly now: MonthHistory | undefined
  readonly before: MonthHistory | undefined
} {
  return { now: months.at(-1), before: months.at(-2) }
}

/** `38 of 42 runs held in November 2026`, in two parts. Counts and fixed words alone. */
export function historyHeadline(history: History): { readonly count: string; readonly rest: string } {
  const { now } = currentMonth(history)
  const runs = now ? runsOf(now) : 0
  const name = monthName(history.month)
  if (!now || runs === 0) return { count: 'No runs', rest: `in ${name}` }
  return { count: `${now.runs.pass} of ${runs}`, rest: `${plural(runs, 'run')} held in ${name}` }
}

/** `2 experiments broke, 1 number got worse`; what is well is said when nothing is not. */
export function historySentence({ news }: History): string {
  const count = (is: History['news'][number]['is']) => news.filter((one) => one.is === is).length
  const said = (
    [
      [count('broke'), 'experiment that held does not hold any more', 'experiments that held do not hold any more'],
      [count('worse'), 'number got worse', 'numbers got worse'],
      [count('flaky'), 'experiment is flaky', 'experiments are flaky'],
    ] as const
  ).flatMap(([many, one, more]) => (many === 0 ? [] : [`${many} ${plural(many, one, more)}`]))
  if (said.length === 0) return 'Nothing that held before broke, and no number got worse.'
  return `${said.join(', ')}.`
}

/** A number of a series in the unit in which people think of it: `99.97 %`, `82 ms`, `+0.4 points`. */
export function seriesValue(
  value: number | null,
  series: Pick<Series, 'kind' | 'unit' | 'need'>,
  typography: Typography,
): string {
  const { kind, unit, need } = series
  if (value === null) return 'not measured'
  if (kind === 'threshold') return formatSearchValue(value, searchUnit(unit), typography)
  const rise = need?.kind === 'increase'
  const sign = rise && value > 0 ? '+' : ''
  if (unit === 'share')
    return rise
      ? `${sign}${trimZeros(fixed(value * 100, 2))}${typography.space}points`
      : `${formatPercent(value)}${typography.space}%`
  return `${sign}${unit === 'ms' ? formatMs(value, typography) : formatValue(value, typography)}`
}

/** `needs 99.5 %`, `must hold 300 ms`, `within 20 s`; empty where nothing is needed. */
export function seriesNeed(series: Pick<Series, 'kind' | 'unit' | 'need'>, typography: Typography): string {
  const { kind, unit, need } = series
  if (need === null) return ''
  if (kind === 'objective')
    return needWords({ need, unit: unit === 'share' || unit === 'ms' ? unit : 'value' }, typography)
  const limit = 'value' in need ? seriesValue(need.value, series, typography) : ''
  return kind === 'threshold' ? `must hold ${limit}` : `within ${limit}`
}

/** A point as its number, or what is known of it: `over 2 s`, `not seen`. */
export function pointWords(
  point: Point | undefined,
  series: Pick<Series, 'kind' | 'unit' | 'need' | 'goodSide'>,
  typography: Typography,
): string {
  if (!point) return 'not measured'
  if (point.value !== null) return seriesValue(point.value, series, typography)
  if (series.kind === 'recovery') return 'not seen'
  if (series.kind === 'threshold') return 'none held'
  const bound = series.goodSide === 'low' ? point.low : point.high
  if (bound === null) return 'not measured'
  return `${series.goodSide === 'low' ? 'over' : 'under'} ${seriesValue(bound, series, typography)}`
}

/** `median 97.2 % in the last 5 runs, 99.9 % in 30 before, p 0.004`; empty where nothing is to be said. */
export function changeWords(
  change: Change,
  series: Pick<Series, 'kind' | 'unit' | 'need'>,
  typography: Typography,
): string {
  if (change.is === 'same' || change.is === 'too-few') return ''
  const median = (value: number | null) => seriesValue(value, series, typography)
  return `median ${median(change.lately.median)} in the last ${change.lately.n} runs, ${median(change.before.median)} in ${change.before.n} before, ${pWords(change.pValue)}`
}

/** `p 0.004`, never 0. */
export function pWords(pValue: number | null): string {
  if (pValue === null) return ''
  return pValue < 0.001 ? 'p below 0.001' : `p ${trimZeros(fixed(pValue, 3))}`
}

/** `3 of 40`, as a share for those who compare: `7.5 %`. */
export function shareWords(some: number, of: number, typography: Typography): string {
  if (of === 0) return '–'
  const short = trimZeros(fixed((100 * some) / of, 1))
  // Neither all nor nothing is said of what was almost so.
  const percent = some > 0 && some < of && (short === '0' || short === '100') ? formatPercent(some / of) : short
  return `${percent}${typography.space}%`
}

function searchUnit(unit: Series['unit']): 'ms' | 'ratio' | 'bytes-per-second' | 'count' {
  return unit === 'share' ? 'ratio' : unit === 'value' ? 'count' : unit
}
