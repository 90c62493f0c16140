import type { Journal } from '../../model/journal.ts'
import { headline } from '../words/headline.ts'
import { anchorsOf } from './anchors.ts'
import { blastRadius } from './blast-radius.ts'
import { brokeSection } from './broke.ts'
import { type Detail, leftOut } from './detail.ts'
import { evidenceTable } from './evidence-table.ts'
import { experimentList } from './experiment-list.ts'
import { type Html, html } from './html.ts'
import { impactMap } from './impact-map.ts'
import { code, nameText } from './inline.ts'
import { matrix } from './matrix.ts'
import { policySection } from './policy.ts'
import { provenance } from './provenance.ts'
import { recoveryBars } from './recovery-bars.ts'
import { stylesheet } from './stylesheet.ts'
import { top } from './top.ts'

/** Nothing is loaded, nothing runs, nothing is sent: text from a journal could not do harm even if an escape failed. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

interface Section {
  readonly id: string
  readonly title: string
  readonly lead: string
  readonly body: Html | undefined
}

/** The page with as much as `detail` says. */
export function page(journal: Journal, hosts: readonly string[], detail: Detail): Html {
  const shown = sections(journal, hosts, detail).filter(({ body }) => body !== undefined)
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<title>${titleOf(journal)}</title>${stylesheet()}</head><body>
<a class="skip" href="#${shown[0]?.id ?? 'main'}">Skip to the results</a>
<div class="page">${top(journal, hosts, shown)}<main id="main">
${shown.map(
  ({
    id,
    title,
    lead,
    body,
  }) => html`<section id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${title}</h2>${lead !== '' && html`<p class="lead">${lead}</p>`}${body}</section>
`,
)}</main><footer>Made from <code>journal.json</code> of run ${code(journal.run.id)}. This page loads nothing and runs no script.</footer></div></body></html>
`
}

function titleOf(journal: Journal): string {
  const { suite, change } = journal
  const where =
    change === null
      ? ''
      : ` · ${nameText(change.repository)}${change.pullRequest === null ? '' : ` #${change.pullRequest}`}`
  return `${headline(journal)} · ${nameText(suite.name)}${where}`
}

function sections(journal: Journal, hosts: readonly string[], detail: Detail): Section[] {
  const { experiments } = journal
  const anchors = anchorsOf(journal)
  const broke = brokeSection(journal, anchors)
  const policy = policySection(journal)
  const most = detail.mostExperiments
  const ran = experiments.some((experiment) => experiment.ran)
  return [
    { id: 'broke', title: broke?.title ?? '', lead: '', body: broke?.body },
    { id: 'policy', title: policy?.title ?? '', lead: '', body: policy?.body },
    {
      id: 'matrix',
      title: 'All results',
      lead: 'Value under the fault, and how sure it is.',
      body: ran ? matrix(journal, anchors, most) : undefined,
    },
    {
      id: 'experiments',
      title: 'Experiments',
      lead: `${EXPERIMENTS_LEAD} ${leftOut(detail, experiments.length)}`.trim(),
      body: experiments.length > 0 ? experimentList(journal, anchors, detail) : undefined,
    },
    {
      id: 'impact',
      title: 'Impact map',
      lead: 'Failed requests of each service, in points above its own baseline. The outline marks where the fault was put.',
      body: impactMap(experiments, anchors, most),
    },
    {
      id: 'recovery',
      title: 'Recovery',
      lead: 'From the end of the fault until it was as good as before. Striped: it happened somewhere in there. Tick: the limit.',
      body: recoveryBars(experiments, anchors, most),
    },
    {
      id: 'evidence',
      title: 'Evidence',
      lead: 'A fault that had no effect proves nothing, so each was measured by itself, apart from the objectives.',
      body: evidenceTable(experiments, anchors, most),
    },
    {
      id: 'radius',
      title: 'Blast radius',
      lead: 'What the plan allowed, what was hurt, what else changed, and what is left.',
      body: blastRadius(journal, anchors),
    },
    {
      id: 'plan',
      title: 'Plan and provenance',
      lead: 'Where the time went, and what this verdict rests on.',
      body: provenance(journal, hosts),
    },
  ]
}

const EXPERIMENTS_LEAD =
  'In the charts the fault is hatched, what is needed is dashed, what was lost is filled, and the pale band is what the counts of each slice alone allow.'
