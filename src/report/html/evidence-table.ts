import type { Evidence } from '../../model/evidence.ts'
import type { JournalExperiment } from '../../model/journal.ts'
import type { Anchors } from './anchors.ts'
import { type Html, html } from './html.ts'
import { code, listed, name, sentence } from './inline.ts'
import { mark } from './mark.ts'

const MOST_TARGETS = 6
export const ENDED_BY: Readonly<Record<Evidence['endedBy'], string>> = {
  kernel: 'the kernel',
  agent: 'the agent',
  'nothing-to-end': 'nothing to end',
  'not-ended': 'not ended',
}
const STATUS_WORDS: Readonly<Record<Evidence['status'], string>> = {
  proven: 'proven',
  'not-injected': 'not on every target',
  'not-effective': 'no effect measured',
  'not-observed': 'not met by the judged traffic',
}

/** What was measured to show that each fault had its effect, apart from the objectives, and what ended it. Undefined without faults. */
export function evidenceTable(
  experiments: readonly JournalExperiment[],
  anchors: Anchors,
  mostRows: number,
): Html | undefined {
  const all = experiments.flatMap((experiment) => experiment.evidence.map((evidence) => ({ experiment, evidence })))
  if (all.length === 0) return undefined
  const shown = [...all]
    .sort((one, other) => Number(one.evidence.status === 'proven') - Number(other.evidence.status === 'proven'))
    .slice(0, mostRows)
  return html`<div class="scroll" role="region" aria-label="Evidence" tabindex="0"><table class="plain evi"><caption class="sr">What shows that each fault had its effect, and what ended it</caption><thead><tr><th scope="col">fault</th><th scope="col">experiment</th><th scope="col">seen</th><th scope="col">on</th><th scope="col">ended by</th></tr></thead><tbody>
${shown.map(({ experiment, evidence }) => evidenceRow(evidence, experiment, anchors.get(experiment) ?? ''))}</tbody></table></div>${all.length > shown.length && html`<p class="note">${all.length - shown.length} more are in <code>journal.json</code>.</p>`}`
}

function evidenceRow(evidence: Evidence, experiment: JournalExperiment, anchor: string): Html {
  const { status, seen, injected, endedBy, type, mechanism } = evidence
  const missed = injected.filter(({ ok }) => !ok)
  const reached = injected.filter(({ ok }) => ok)
  return html`<tr><th scope="row">${mark(status === 'proven' ? 'pass' : 'inconclusive', { instead: STATUS_WORDS[status] })} ${name(type)}<span class="sub">${name(mechanism, 120)}</span></th><td data-l="experiment"><a href="#${anchor}">${name(experiment.name)}</a></td><td data-l="seen"><span>${status !== 'proven' && html`<b>${STATUS_WORDS[status]}.</b> `}${sentence(seen)}</span></td><td data-l="on"><span>${listed(reached, MOST_TARGETS, ({ target }) => code(target, 40), html`<br>`)}${missed.map(({ target, detail }) => html` <span class="missed">${mark('fail', { instead: 'not on' })} ${code(target, 40)} ${sentence(detail)}</span>`).slice(0, MOST_TARGETS)}</span></td><td data-l="ended by"><span>${endedBy === 'not-ended' && mark('error', { instead: 'attention:' })} ${ENDED_BY[endedBy]}</span></td></tr>`
}
