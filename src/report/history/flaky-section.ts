import type { ExperimentHistory, Flakiness, History } from '../../model/history.ts'
import { type Html, html } from '../html/html.ts'
import { name } from '../html/inline.ts'
import { REASON_WORDS } from '../words/reasons.ts'
import { RICH } from '../words/typography.ts'
import type { Places } from './places.ts'
import { shareWords } from './words.ts'

const MOST_ROWS = 20

interface Row {
  readonly suite: number
  readonly place: number
  readonly experiment: ExperimentHistory
}

/** The least steady experiments of a history, worst first: those with two answers, then those with none. */
export function leastSteady({ suites }: History): readonly Row[] {
  const rows = suites.flatMap(({ experiments }, suite) =>
    experiments.map((experiment, place) => ({ suite, place, experiment })),
  )
  return rows
    .filter(({ experiment: { flakiness } }) => flakiness.flaky || flakiness.inconclusive.count > 0)
    .sort((a, b) => unsteadiness(b.experiment.flakiness) - unsteadiness(a.experiment.flakiness))
}

/** Both answers on a commit outweigh all, each commit once; then how often the answer changes, or there is none. */
function unsteadiness({ sameCommit, neighbours, inconclusive, judged, flaky }: Flakiness): number {
  const share = (some: number, of: number) => (of === 0 ? 0 : some / of)
  const changes = flaky ? 10 * share(neighbours.differed, neighbours.pairs) : 0
  return 100 * sameCommit.differed + changes + share(inconclusive.count, judged)
}

/** Undefined where every experiment always had the same clear answer. */
export function flakySection(history: History, places: Places): Html | undefined {
  const rows = leastSteady(history)
  if (rows.length === 0) return undefined
  return html`<div class="scroll" role="region" aria-label="Least steady experiments" tabindex="0"><table class="plain evi"><caption class="sr">Experiments that gave two answers or none, least steady first</caption><thead><tr><th scope="col">experiment</th><th scope="col">pass and fail on one commit</th><th scope="col">changed from run to run</th><th scope="col">inconclusive</th><th scope="col">most often because</th></tr></thead><tbody>
${rows.slice(0, MOST_ROWS).map((row) => tableRow(row, history, places))}</tbody></table></div>${rows.length > MOST_ROWS && html`<p class="note">And ${rows.length - MOST_ROWS} more.</p>`}`
}

function tableRow({ suite, place, experiment }: Row, { suites }: History, places: Places): Html {
  const { sameCommit, neighbours, inconclusive, judged } = experiment.flakiness
  const reasons = inconclusive.reasons.map(({ code, count }) => `${REASON_WORDS[code].title} (${count})`).join(', ')
  const of = (some: number, all: number, what: string) => (all === 0 ? '–' : `${some} of ${all} ${what}`)
  return html`<tr><th scope="row"><a href="#${places.experiment(suite, place)}">${name(experiment.name)}</a>${suites.length > 1 && html`<span class="sub">${name(suites[suite]?.name ?? '')}</span>`}</th><td data-l="one commit">${of(sameCommit.differed, sameCommit.repeated, 'repeated')}</td><td data-l="run to run">${of(neighbours.differed, neighbours.pairs, 'times')}</td><td data-l="inconclusive">${inconclusive.count === 0 ? '–' : html`${inconclusive.count} of ${judged} <span class="more">${shareWords(inconclusive.count, judged, RICH)}</span>`}</td><td data-l="because">${reasons === '' ? '–' : reasons}</td></tr>`
}
