import type { Journal, JournalExperiment } from '../../model/journal.ts'
import { leftoverSentence } from '../words/facts.ts'
import { closestCall, worstFirst } from '../words/order.ts'
import { verdictOf } from '../words/outcome.ts'
import { recoveryCell } from '../words/recovery.ts'
import { experimentStatement, objectiveStatement, type Statement } from '../words/statement.ts'
import { RICH } from '../words/typography.ts'
import { type Html, html } from './html.ts'
import { name, sentence, typed } from './inline.ts'

const MOST = 3

/** The verdict in two or three sentences with numbers: what a reader must know who reads nothing else. */
export function say(journal: Journal): Html {
  const verdict = verdictOf(journal)
  const bad = worstFirst(journal.experiments).filter((one) => one.ran && one.verdict === verdict)
  const told = journal.experiments
    .filter(({ ran }) => ran)
    .flatMap(({ reasons }) => reasons.map(({ detail }) => detail))
  // The run repeats its experiments' reasons, each with the experiment's name before it.
  const own = journal.reasons
    .filter(({ detail }) => detail.trim() !== '' && !told.some((one) => one !== '' && detail.endsWith(one)))
    .slice(0, MOST)
  const lines =
    verdict === 'pass'
      ? held(journal)
      : [...own.map(({ detail }) => sentence(detail)), ...bad.slice(0, MOST).map(experimentSentence)]
  const more = verdict !== 'pass' && bad.length > MOST ? [html`And ${bad.length - MOST} more.`] : []
  const all = [...lines, ...more, ...consequence(journal)]
  return html`<div class="say">${all.map((line) => html`<p>${line}</p>`)}</div>`
}

/** `availability **97.1 % ± 0.6**, needs 99.5 %`, or the journal's own sentence. */
function statementHtml({ subject, measured, rest, detail }: Statement): Html {
  if (detail !== '') return sentence(detail)
  const head = html`${subject !== '' && name(subject)}${subject !== '' && measured !== '' && ' '}${measured !== '' && html`<b>${measured.replace('± ', '±\u00a0')}</b>`}`
  return html`${head}${head.text !== '' && rest !== '' && (measured === '' ? ' ' : ', ')}${rest}`
}

function experimentSentence(experiment: JournalExperiment): Html {
  const statement = experimentStatement(experiment, RICH)
  return html`<b>${name(experiment.name)}</b>: ${statementHtml(statement)}${statement.detail === '' && '.'}`
}

function held(journal: Journal): Html[] {
  const closest = closestCall(journal)
  const slowest = [...journal.experiments]
    .filter(({ recovery }) => typeof recovery?.highMs === 'number')
    .sort((one, other) => (other.recovery?.highMs ?? 0) - (one.recovery?.highMs ?? 0))[0]
  return [
    ...(closest === undefined
      ? []
      : [
          html`Closest call: <b>${name(closest.experiment.name)}</b>, ${statementHtml(objectiveStatement(closest.objective, RICH))}.${slowest !== undefined && journal.experiments.length > 1 && html` Slowest to recover: ${name(slowest.name)}, ${recoveryCell(slowest.recovery, RICH)}.`}`,
        ]),
  ]
}

/** What the verdict means for the merge, where it does not go without saying. */
function consequence(journal: Journal): Html[] {
  const { mode, onInconclusive } = journal.run
  const verdict = verdictOf(journal)
  const broken = journal.experiments.some((one) => one.ran && one.verdict === 'fail')
  if (mode === 'report' && verdict !== 'pass') return [html`Report only: this does not block the merge.`]
  if (verdict === 'inconclusive' && mode === 'enforce')
    return [
      html`${onInconclusive === 'pass' ? typed('This does not block the merge, as `on-inconclusive: pass` was set.') : 'This blocks the merge.'}${!broken && ' Nothing was found to be broken.'}`,
    ]
  if (verdict === 'pass' && journal.leftovers.length > 0)
    return [html`Everything held, but the merge is blocked: ${leftoverSentence(journal)}`]
  return []
}
