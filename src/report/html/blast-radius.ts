import type { Journal } from '../../model/journal.ts'
import { targetNoun } from '../words/facts.ts'
import { plural } from '../words/numbers.ts'
import type { Anchors } from './anchors.ts'
import { type Html, html, type Part } from './html.ts'
import { code, listed, sentence } from './inline.ts'
import { mark } from './mark.ts'

const MOST_ROWS = 100
const MOST_NAMES = 60
const MOST_IN_ROW = 12

/** What the plan allowed, what was hurt, what else changed, and what is left. */
export function blastRadius(journal: Journal, anchors: Anchors): Html {
  const { plan, leftovers } = journal
  const hurt = new Set(
    journal.experiments.flatMap(({ evidence }) =>
      evidence.flatMap(({ injected }) => injected.filter(({ ok }) => ok).map(({ target }) => target)),
    ),
  )
  const evidence = journal.experiments.flatMap((experiment) => experiment.evidence)
  const ended = evidence.filter(({ endedBy }) => endedBy !== 'not-ended').length
  const planned = plan.touched.filter((target) => hurt.has(target)).length
  return html`<dl class="proof">${[
    fact(`${planned} of ${plan.touched.length}`, `planned ${targetNoun(journal, plan.touched.length)} hurt`, true),
    outsideFact(journal),
    fact(`${ended} of ${evidence.length}`, `${plural(evidence.length, 'fault')} ended`, ended === evidence.length),
    fact(
      String(leftovers.length),
      plural(leftovers.length, 'thing left behind', 'things left behind'),
      leftovers.length === 0,
    ),
  ]}</dl>${strays(journal, hurt)}${outsideList(journal)}${leftoverTable(journal)}${touchedTable(journal, anchors)}${untouched(journal)}`
}

function outsideFact({ outside, plan, ...journal }: Journal): Html {
  const others = plan.untouched.length
  if (outside.length > 0)
    return fact(String(outside.length), `${plural(outside.length, 'change')} outside the plan`, false)
  return fact(`0 of ${others}`, `other ${targetNoun(journal, others)} changed`, true)
}

function fact(number: string, words: string, good: boolean): Html {
  return html`<div><dt>${!good && mark('error', { instead: 'attention:' })}${number}</dt><dd>${words}</dd></div>`
}

/** A target that no plan names would be our own mistake, and must be seen. */
function strays({ plan }: Journal, hurt: ReadonlySet<string>): Html | false {
  const stray = [...hurt].filter((target) => !plan.touched.includes(target))
  return (
    stray.length > 0 &&
    html`<p class="alert">${mark('error', { instead: 'attention:' })} Hurt, but not in the plan: ${listed(stray, MOST_NAMES, (target) => code(target))}</p>`
  )
}

function outsideList({ outside }: Journal): Html | false {
  return (
    outside.length > 0 &&
    html`<h3>Changed outside the plan</h3><ul class="list">${outside.slice(0, MOST_NAMES).map((what) => html`<li>${sentence(what)}</li>`)}</ul>${more(outside.length - MOST_NAMES)}`
  )
}

function leftoverTable({ leftovers }: Journal): Html | false {
  const rows = leftovers
    .slice(0, MOST_ROWS)
    .map(
      ({ what, why, remedy }) =>
        html`<tr><th scope="row">${code(what, 120)}</th><td data-l="why">${sentence(why)}</td><td data-l="to remove it">${code(remedy, 200)}</td></tr>`,
    )
  return (
    leftovers.length > 0 &&
    html`<h3>Left behind</h3>${plainTable('Left behind', 'What cleaning up could not remove', ['what', 'why', 'to remove it'], rows)}${more(leftovers.length - MOST_ROWS)}`
  )
}

function touchedTable(journal: Journal, anchors: Anchors): Html | false {
  const { touched } = journal.plan
  const rows = touched.slice(0, MOST_ROWS).map((target) => {
    const own = journal.experiments.filter(({ targets }) => targets.includes(target))
    const numbers = listed(
      own,
      MOST_IN_ROW,
      (experiment) => html`<a href="#${anchors.get(experiment) ?? ''}">${experiment.index}</a>`,
      ', ',
    )
    return html`<tr><th scope="row">${code(target)}</th><td data-l="workloads">${listed([...new Set(own.flatMap(({ faults }) => faults.map(({ workload }) => workload)))], 4, (workload) => code(workload), ', ')}</td><td data-l="in experiments">${own.length === 0 ? '–' : numbers}</td></tr>`
  })
  return (
    touched.length > 0 &&
    html`${plainTable('Targets of the plan', 'Targets that the plan named', [targetNoun(journal, 1), 'by faults on', 'in experiments'], rows)}${more(touched.length - MOST_ROWS)}`
  )
}

function untouched({ plan }: Journal): Html | false {
  return (
    plan.untouched.length > 0 &&
    html`<p class="note">Not to be touched: ${listed(plan.untouched, MOST_NAMES, (target) => code(target, 40))}</p>`
  )
}

function plainTable(label: string, caption: string, heads: readonly string[], rows: readonly Part[]): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="plain evi"><caption class="sr">${caption}</caption><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`
}

function more(count: number): Html | false {
  return count > 0 && html`<p class="note">${count} more are in <code>journal.json</code>.</p>`
}
