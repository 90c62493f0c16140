import type { Journal, JournalExperiment } from '../../model/journal.ts'
import { formatMs } from '../words/durations.ts'
import { needWords } from '../words/need.ts'
import { objectivesWorstFirst, worstFirst } from '../words/order.ts'
import { REASON_WORDS } from '../words/reasons.ts'
import { recoveryWords } from '../words/recovery.ts'
import { searchWords } from '../words/search.ts'
import { reasonSentences } from '../words/statement.ts'
import { RICH } from '../words/typography.ts'
import type { Anchors } from './anchors.ts'
import { type Html, html } from './html.ts'
import { name, sentence, typed } from './inline.ts'
import { judgedHtml } from './levels.ts'
import { experimentMark } from './mark.ts'

const MOST_SHOWN = 8
const MOST_OBJECTIVES = 4
const MOST_REASONS = 4

/** One column a failure: what was measured against what was needed, why, and one thing to try. Undefined where everything held. */
export function brokeSection(
  journal: Journal,
  anchors: Anchors,
): { readonly title: string; readonly body: Html } | undefined {
  const bad = worstFirst(journal.experiments).filter(({ ran, verdict }) => ran && verdict !== 'pass')
  if (bad.length === 0) return undefined
  const title = bad.some(({ verdict }) => verdict === 'fail') ? 'What broke' : 'What could not be judged'
  const rest = bad.length - MOST_SHOWN
  const body = html`<div class="brokes">${bad.slice(0, MOST_SHOWN).map((experiment) => article(experiment, anchors.get(experiment) ?? ''))}</div>${rest > 0 && html`<p class="note">${rest} more did not hold or could not be judged: see <a href="#matrix">all results</a>.</p>`}`
  return { title, body }
}

function article(experiment: JournalExperiment, anchor: string): Html {
  const hint = hintOf(experiment)
  return html`<article class="broke ${experiment.verdict}" aria-labelledby="b${anchor}">
<h3 id="b${anchor}">${experimentMark(experiment)}<a href="#${anchor}">${name(experiment.name)}</a></h3>
${scores(experiment)}${why(experiment)}${hint !== undefined && html`<p class="hint"><b>Try</b> ${hint}</p>`}</article>`
}

/** What did not hold, one line each, with the number beside its need. */
function scores(experiment: JournalExperiment): Html {
  const { search, aborted, recovery, objectives } = experiment
  const bad = objectivesWorstFirst(objectives).filter(({ verdict }) => verdict !== 'pass')
  const lines: Html[] = []
  if (aborted !== null)
    lines.push(
      html`${name(aborted.objective)} fell below ${Number((aborted.below * 100).toFixed(4))}\u00a0%, so the fault was ended after <b>${formatMs(aborted.afterMs, RICH)}</b>`,
    )
  if (search !== null) lines.push(html`<b>${searchWords(search, RICH)}</b>`)
  lines.push(
    ...bad
      .slice(0, MOST_OBJECTIVES)
      .map((objective) => html`${name(objective.name)} ${judgedHtml(objective)} · ${needWords(objective, RICH)}`),
  )
  if (recovery !== null && recovery.verdict !== 'pass') lines.push(html`<b>${recoveryWords(recovery, RICH)}</b>`)
  return lines.length === 0 ? html`` : html`<ul class="score">${lines.map((line) => html`<li>${line}</li>`)}</ul>`
}

function why(experiment: JournalExperiment): Html {
  if (experiment.why !== null && experiment.why.trim() !== '') return html`<p>${sentence(experiment.why)}</p>`
  const sentences = reasonSentences(experiment)
  const more = sentences.length - MOST_REASONS
  return html`<p>${sentences.slice(0, MOST_REASONS).map((one) => html`${sentence(one)} `)}${more > 0 && `And ${more} more.`}</p>`
}

/** The measured hint, or for what could not be judged the fixed one of its first reason: a failure without a rule gets none. */
function hintOf({ hint, verdict, reasons, objectives }: JournalExperiment): Html | undefined {
  if (hint !== null) return sentence(hint.text)
  const [first] = [...reasons, ...objectives.flatMap((objective) => objective.reasons)]
  return verdict === 'fail' || first === undefined ? undefined : typed(REASON_WORDS[first.code].remedy)
}
