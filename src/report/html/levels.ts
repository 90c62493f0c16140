import type { Estimate, JudgedObjective } from '../../model/journal.ts'
import { boundsWords } from '../words/bounds.ts'
import { formatMs } from '../words/durations.ts'
import { estimateWords, formatLevel, judgedEstimate, printJudged } from '../words/estimate.ts'
import { formatTarget, needWords } from '../words/need.ts'
import { formatValue } from '../words/numbers.ts'
import { RICH } from '../words/typography.ts'
import { type Html, html } from './html.ts'
import { nameText } from './inline.ts'

/** What was measured under the fault, as a report shows it: counts with `±`, milliseconds and values with both ends. */
export function judgedHtml(objective: JudgedObjective): Html {
  const printed = printJudged(objective, RICH)
  if (printed === null) return html`<b>no data</b>`
  const unit = printed.unit === '' ? '' : `\u00a0${printed.unit}`
  const ends =
    objective.unit === 'share' || printed.uncertainty === ''
      ? ''
      : boundsWords(judgedEstimate(objective), objective, RICH)
  const beside = ends === '' ? printed.uncertainty.replace('± ', '±\u00a0') : withoutUnit(ends, unit)
  return html`<b>${printed.value}${unit}</b>${beside !== '' && html` <span class="pm">${beside}</span>`}`
}

function withoutUnit(words: string, unit: string): string {
  return unit !== '' && words.endsWith(unit) ? words.slice(0, -unit.length) : words
}

/** A level with its unit: `99.97 %`, `82 ms`, `2.1`; a dash where nothing was measured. */
export function levelWords(estimate: Estimate | null, { unit }: Pick<JudgedObjective, 'unit'>): string {
  const level = formatLevel(estimate, unit, RICH)
  if (level === '–') return level
  if (unit === 'share') return `${level}\u00a0%`
  return unit === 'ms' && !level.endsWith('s') ? `${level}\u00a0ms` : level
}

/** A number on an axis: `99.5`, `300 ms`, `1.5 s`, `30`. */
export function tickWords(value: number, unit: JudgedObjective['unit']): string {
  if (unit === 'share') return formatTarget(value)
  return unit === 'ms' ? formatMs(value, RICH) : formatValue(value, RICH)
}

/** One sentence that says what a chart shows. */
export function objectiveSentence(objective: JudgedObjective): string {
  const under = estimateWords(printJudged(objective, RICH), RICH)
  const rise =
    objective.need.kind === 'increase'
      ? `${levelWords(objective.fault, objective)} under the fault, a change of ${under}`
      : `${under} under the fault`
  return `${nameText(objective.name)}: ${known(objective.baseline, objective, 'before')}${rise}${known(objective.recovery, objective, 'after', ', ')}; ${needWords(objective, RICH)}.`
}

function known(estimate: Estimate | null, objective: JudgedObjective, when: string, before = ''): string {
  const level = levelWords(estimate, objective)
  if (level === '–') return before === '' ? `nothing known ${when}, ` : `${before}nothing known ${when}`
  return before === '' ? `${level} ${when}, ` : `${before}${level} ${when}`
}
