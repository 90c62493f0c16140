import type { ExperimentHistory, History, Series, SuiteHistory } from '../../model/history.ts'
import { displayWidth, padColumns, padColumnsLeft } from '../escape/columns.ts'
import { finish, terminalName, usableColumns, wrapParts } from '../terminal/layout.ts'
import { TERMINAL } from '../words/typography.ts'
import { VERDICT_WORDS } from '../words/verdicts.ts'
import { leastSteady } from './flaky-section.ts'
import { limitOf } from './series-axis.ts'
import { suiteLead } from './suite-lead.ts'
import { historyHeadline, historySentence, pointWords, pWords, seriesNeed, seriesValue } from './words.ts'

const BARS = '▁▂▃▄▅▆▇█'
const CELLS = { wide: 24, narrow: 14, wideFrom: 100 } as const
const MOST_STEADY = 5
const NAME_COLUMNS = 26

export interface HistoryTextOptions {
  readonly columns: number
}

/** The history for a terminal: a table with a sparkline for each number, latest right. No line is wider than the columns. */
export function renderHistoryText(history: History, options: HistoryTextOptions): string {
  const columns = usableColumns(options.columns)
  const { count, rest } = historyHeadline(history)
  const lines = [
    `${count} ${rest}. ${historySentence(history)}`,
    ...history.suites.flatMap((suite) => [
      '',
      ...suiteLines(suite, columns >= CELLS.wideFrom ? CELLS.wide : CELLS.narrow),
    ]),
    ...steadyLines(history),
    ...leftLines(history),
  ]
  const wrapped = lines.flatMap((line) => (displayWidth(line) <= columns ? [line] : wrapLong(line, columns)))
  return `${finish(wrapped, columns).join('\n')}\n`
}

/** Only sentences are longer than a line; rows of the table are cut. */
function wrapLong(line: string, columns: number): string[] {
  return line.startsWith(' ') ? [line] : wrapParts(line.split(' '), columns, ' ')
}

function suiteLines(suite: SuiteHistory, cells: number): string[] {
  return [
    `${terminalName(suite.name, 60)}   ${terminalName(suiteLead(suite), 200)}`,
    ...suite.experiments.flatMap((experiment) => experimentLines(experiment, cells)),
  ]
}

function experimentLines(experiment: ExperimentHistory, cells: number): string[] {
  const { course, gone } = experiment
  const marks = course.slice(-cells).map(({ verdict, ran }) => (ran ? VERDICT_WORDS[verdict].mark : '·'))
  return [
    `  ${padColumns(terminalName(experiment.name, NAME_COLUMNS + 2), NAME_COLUMNS + 2)} ${padColumnsLeft(marks.join(''), cells)}${gone ? '  gone' : ''}`,
    ...experiment.series.map((series) => seriesLine(series, cells)),
  ]
}

function seriesLine(series: Series, cells: number): string {
  const { points, change } = series
  const label = series.kind === 'threshold' ? `threshold of ${series.name}` : series.name
  const latest = pointWords(points.at(-1), series, TERMINAL)
  const said = changeSigns(change, series, cells === CELLS.wide) || seriesNeed(series, TERMINAL)
  const parts = [
    padColumns(terminalName(label, NAME_COLUMNS), NAME_COLUMNS),
    padColumnsLeft(trend(series, cells), cells),
    ` ${padColumnsLeft(latest, 12)}`,
    ` ${said}`,
  ]
  return `    ${parts.join(' ')}`
}

/** `worse, was +52 ms (p 0.004)`: as much as a line has room for. */
function changeSigns({ is, before, pValue }: Series['change'], series: Series, wide: boolean): string {
  if (is !== 'worse' && is !== 'better') return ''
  return `${is}, was ${seriesValue(before.median, series, TERMINAL)}${wide ? ` (${pWords(pValue)})` : ''}`
}

/** Latest right, from the lowest to the highest that was measured or is needed; `·` where nothing was. */
function trend(series: Series, cells: number): string {
  const points = series.points.slice(-cells)
  const limit = limitOf(series)
  const known = [...points.map(({ value }) => value), limit].filter((value) => value !== null)
  const low = Math.min(...known)
  const high = Math.max(...known)
  return points
    .map(({ value }) => {
      if (value === null) return '·'
      const share = high === low ? 1 : (value - low) / (high - low)
      return BARS[Math.max(0, Math.min(BARS.length - 1, Math.floor(share * BARS.length)))] ?? ''
    })
    .join('')
}

function steadyLines(history: History): string[] {
  const rows = leastSteady(history).slice(0, MOST_STEADY)
  if (rows.length === 0) return []
  return [
    '',
    'Least steady',
    ...rows.map(({ experiment: { name, flakiness } }) => {
      const { sameCommit, neighbours, inconclusive, judged } = flakiness
      const said = [
        ...(sameCommit.differed > 0
          ? [`both answers on ${sameCommit.differed} of ${sameCommit.repeated} repeated commits`]
          : []),
        ...(neighbours.differed > 0 ? [`changed ${neighbours.differed} of ${neighbours.pairs} times`] : []),
        ...(inconclusive.count > 0 ? [`inconclusive ${inconclusive.count} of ${judged}`] : []),
        ...inconclusive.reasons.slice(0, 1).map(({ code }) => code),
      ]
      return `  ${padColumns(terminalName(name, NAME_COLUMNS + 2), NAME_COLUMNS + 2)} ${said.join(', ')}`
    }),
  ]
}

function leftLines({ left }: History): string[] {
  if (left.length === 0) return []
  return [
    '',
    `Left out: ${left.length}`,
    ...left.slice(0, 10).map(({ file, why }) => `  ${terminalName(`${file}: ${why}`, 110)}`),
  ]
}
