import type { Journal, JournalExperiment, JudgedObjective } from '../../model/journal.ts'
import { formatLevel } from '../words/estimate.ts'
import { needSigns, needWords } from '../words/need.ts'
import { plural } from '../words/numbers.ts'
import { worstFirst } from '../words/order.ts'
import { REASON_WORDS } from '../words/reasons.ts'
import { recoveryCell } from '../words/recovery.ts'
import { searchWords } from '../words/search.ts'
import { RICH } from '../words/typography.ts'
import type { Anchors } from './anchors.ts'
import { type Html, html, joined } from './html.ts'
import { name, nameText, sentence } from './inline.ts'
import { judgedHtml } from './levels.ts'
import { experimentMark, mark, shapeOf } from './mark.ts'
import { rail } from './rail.ts'

const MOST_COLUMNS = 8

interface Column {
  readonly objective: JudgedObjective
  /** What is needed in most experiments; a cell says so when it needs another. */
  readonly need: string
}

/** Every experiment against every objective, worst first: value under the fault, how sure it is, before and after. */
export function matrix(journal: Journal, anchors: Anchors, mostRows: number): Html {
  const columns = columnsOf(journal.experiments)
  const rows = worstFirst(journal.experiments)
  const left = rows.length - mostRows
  return html`<div class="scroll" role="region" aria-label="All results" tabindex="0"><table class="matrix" style="--columns:${columns.length}"><caption class="sr">Every experiment against every objective: value under the fault, with its uncertainty, and before and after</caption>
<thead><tr><th scope="col">experiment</th>${columns.map(({ objective, need }) => html`<th scope="col">${name(objective.name)}<span>${name(objective.means)}<br>${need}</span></th>`)}${columns.length === 0 && html`<th scope="col">result</th>`}<th scope="col" class="rec">recovered<span>after the fault</span></th></tr></thead><tbody>
${rows.slice(0, mostRows).map((experiment) => row(experiment, columns, anchors.get(experiment) ?? ''))}</tbody></table></div>${left > 0 && html`<p class="note">${left} more experiments are in <code>journal.json</code>: this page shows the ${mostRows} that come first when the worst come first.</p>`}${legend()}`
}

function columnsOf(experiments: readonly JournalExperiment[]): Column[] {
  const all = experiments.flatMap(({ objectives }) => objectives)
  const names = [...new Set(all.map((objective) => objective.name))].slice(0, MOST_COLUMNS)
  return names.flatMap((wanted) => {
    const own = all.filter((objective) => objective.name === wanted)
    const needs = own.map((objective) => needSigns(objective, RICH))
    const need = [...new Set(needs)].sort((one, other) => occurrences(needs, other) - occurrences(needs, one))[0] ?? ''
    return own[0] === undefined ? [] : [{ objective: own[0], need }]
  })
}

function occurrences(words: readonly string[], wanted: string): number {
  return words.filter((word) => word === wanted).length
}

function row(experiment: JournalExperiment, columns: readonly Column[], anchor: string): Html {
  const head = html`<th scope="row"><div class="cell">${experimentMark(experiment)}<div><a href="#${anchor}">${name(experiment.name)}</a><span class="sub">${joined(
    experiment.faults.slice(0, 4).map(({ type }) => name(type)),
    ', then ',
  )}</span>${doubt(experiment)}</div></div></th>`
  const results =
    experiment.ran && experiment.search !== null
      ? spanning(experiment, columns.length)
      : columns.length === 0
        ? unjudged(experiment, 'result')
        : columns.map((column) => cell(experiment, column))
  return html`<tr>${head}${results}${recoveryTd(experiment)}</tr>`
}

/** Numbers that look good prove nothing when the fault did not do what it should: the row says so at its head. */
function doubt({ verdict, reasons, ran }: JournalExperiment): Html | false {
  const first = reasons[0]
  return (
    ran &&
    first !== undefined &&
    verdict !== 'pass' &&
    verdict !== 'fail' &&
    html`<span class="sub"><b>${REASON_WORDS[first.code].title}</b></span>`
  )
}

function cell(experiment: JournalExperiment, { objective: { name: wanted }, need }: Column): Html {
  const objective = experiment.objectives.find((one) => one.name === wanted)
  if (objective === undefined) return unjudged(experiment, wanted)
  const own = needSigns(objective, RICH)
  return html`<td data-o="${nameText(wanted)}" class="${objective.verdict}"><div class="cell">${mark(objective.verdict)}<div><span class="num">${judgedHtml(objective)}</span>${rail(objective)}${around(objective)}${own !== need && html`<span class="sub">here ${needWords(objective, RICH)}</span>`}</div></div></td>`
}

function unjudged({ ran }: JournalExperiment, column: string): Html {
  return html`<td data-o="${nameText(column)}" class="off"><span class="offword">${ran ? 'not judged' : 'not run'}</span></td>`
}

/** The same number without the fault; for an increase also the level that it led to. */
function around(objective: JudgedObjective): Html {
  const { unit, need, baseline, fault, recovery } = objective
  const level = (estimate: JudgedObjective['fault']) => formatLevel(estimate, unit, RICH)
  const under = need.kind === 'increase' && level(fault) !== '–' && html` <span>fault ${level(fault)}</span>`
  return html`<span class="sub around"><span>before ${level(baseline)}</span>${under} <span>after ${level(recovery)}</span></span>`
}

/** A search has no single value under the fault: its finding takes the whole row. */
function spanning(experiment: JournalExperiment, columns: number): Html {
  const { search, verdict, reasons } = experiment
  if (search === null) return html``
  const judged = [...new Set(search.steps.map(({ objective }) => nameText(objective)))].slice(0, 4).join(', ')
  const reason = verdict === 'inconclusive' || verdict === 'error' ? reasons[0] : undefined
  return html`<td colspan="${Math.max(1, columns)}" class="${shapeOf(experiment)} wide" data-o="search"><div class="cell">${mark(shapeOf(experiment))}<div><span class="num"><b>${searchWords(search, RICH)}</b></span><span class="sub">${search.steps.length} ${plural(search.steps.length, 'value')} tried${judged !== '' && `, judged by ${judged}`}${reason !== undefined && html`. ${sentence(reason.detail)}`}</span></div></div></td>`
}

function recoveryTd({ recovery }: JournalExperiment): Html {
  if (recovery === null) return html`<td data-o="recovered" class="rec off"><span class="offword">–</span></td>`
  return html`<td data-o="recovered" class="rec ${recovery.verdict}"><div class="cell">${mark(recovery.verdict)}<div><span class="num"><b>${recoveryCell(recovery, RICH)}</b></span></div></div></td>`
}

function legend(): Html {
  return html`<p class="legend"><span><span class="micro pass" aria-hidden="true"><i class="rail"></i><i class="span" style="left:45%;right:29%"></i><i class="need" style="left:34%"></i><i class="dot" style="left:58%"></i></span>dot: measured, bar and ±: 95\u00a0% bounds, tick: what is needed</span><span>before and after: the same number without the fault</span></p>`
}
