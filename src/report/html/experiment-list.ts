import type { Journal, JournalExperiment, JudgedObjective } from '../../model/journal.ts'
import { worstFirst } from '../words/order.ts'
import { VERDICT_WORDS } from '../words/verdicts.ts'
import type { Anchors } from './anchors.ts'
import type { Detail } from './detail.ts'
import { experimentFacts } from './experiment-facts.ts'
import { type Html, html, joined } from './html.ts'
import { name } from './inline.ts'
import { latencyRidges } from './latency-ridges.ts'
import { experimentMark, mark, type Shape, shapeOf } from './mark.ts'
import { numbersTable } from './numbers-table.ts'
import { searchChart } from './search-chart.ts'
import { searchSteps } from './search-steps.ts'
import { timelineChart } from './timeline-chart.ts'

const FILTER_WORDS: Readonly<Record<Shape, string>> = {
  fail: 'Failed',
  error: 'Error',
  aborted: 'Aborted',
  inconclusive: 'Inconclusive',
  pass: 'Passed',
  off: 'Not run',
}
const FILTERS: readonly Shape[] = ['error', 'fail', 'aborted', 'inconclusive', 'pass', 'off']

/** Every experiment with its charts and numbers, worst first; those that did not hold are open. A filter of radio buttons needs no script. */
export function experimentList(journal: Journal, anchors: Anchors, detail: Detail): Html {
  const shown = worstFirst(journal.experiments).slice(0, detail.mostExperiments)
  const needs = new Map(
    journal.experiments.flatMap(({ objectives }) => objectives.map((one) => [one.name, one] as const)).reverse(),
  )
  return html`${filter(shown)}${shown.map((experiment) => entry(experiment, { journal, needs, id: anchors.get(experiment) ?? '', charts: detail.charts === 'all' || (detail.charts === 'not-passed' && shapeOf(experiment) !== 'pass') }))}`
}

function filter(experiments: readonly JournalExperiment[]): Html | false {
  const counts = FILTERS.map((shape) => ({
    shape,
    count: experiments.filter((one) => shapeOf(one) === shape).length,
  })).filter(({ count }) => count > 0)
  return (
    counts.length > 1 &&
    html`<fieldset class="pick"><legend class="sr">Show experiments</legend><label><input type="radio" name="show" id="f-all" checked>All ${experiments.length}</label>${counts.map(({ shape, count }) => html`<label><input type="radio" name="show" id="f-${shape}">${mark(shape, { instead: '' })}${FILTER_WORDS[shape]} ${count}</label>`)}</fieldset>`
  )
}

interface Entry {
  readonly journal: Journal
  /** One objective of each name, for what a search needs. */
  readonly needs: ReadonlyMap<string, JudgedObjective>
  readonly id: string
  readonly charts: boolean
}

function entry(experiment: JournalExperiment, given: Entry): Html {
  const shape = shapeOf(experiment)
  const about = joined([...experiment.faults.slice(0, 4).map(({ description }) => name(description, 80))], '; ')
  return html`<details class="exp is-${shape}" id="${given.id}"${shape !== 'pass' && shape !== 'off' && html` open`}>
<summary>${experimentMark(experiment, true)}<h3 class="en">${name(experiment.name)}</h3><span class="es">${about}</span></summary>
<div class="body">${experiment.ran ? pictures(experiment, given) : html`<p class="nodata">Not run: ${VERDICT_WORDS[experiment.verdict].word === 'aborted' ? 'the run ended before.' : 'it never started.'}</p>`}${experimentFacts(experiment, given.journal)}</div></details>
`
}

function pictures(experiment: JournalExperiment, { needs, id, charts }: Entry): Html {
  const { search, objectives, windows, latency } = experiment
  return html`${charts && search !== null && searchChart(search, needs, experiment.verdict, id)}${search !== null && search.steps.length > 0 && searchSteps(search, needs)}${charts && objectives.length > 0 && html`<div class="grid2">${objectives.map((objective, place) => timelineChart(objective, windows, `${id}o${place}`))}</div>`}${charts && latencyRidges(latency)}${numbersTable(objectives, id)}`
}
