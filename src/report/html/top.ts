import type { Journal } from '../../model/journal.ts'
import { safeUrl } from '../escape/safe-url.ts'
import { formatAbout, utcMinute } from '../words/durations.ts'
import { headline } from '../words/headline.ts'
import { formatCount } from '../words/numbers.ts'
import { verdictOf } from '../words/outcome.ts'
import { RICH } from '../words/typography.ts'
import { VERDICT_WORDS } from '../words/verdicts.ts'
import { type Html, html } from './html.ts'
import { code, name, sentence } from './inline.ts'
import { mark, type Shape } from './mark.ts'
import { say } from './say.ts'

export interface SectionLink {
  readonly id: string
  readonly title: string
}

/** Who, what and when on one quiet line; the verdict, the only big thing on the page; what follows from it; where to read on. */
export function top(journal: Journal, hosts: readonly string[], sections: readonly SectionLink[]): Html {
  return html`<header class="top">
<p class="eyebrow"><b>Seaworthy</b><span>${name(journal.suite.name)}</span>${change(journal, hosts)}<span>${utcMinute(journal.run.startedAtMs)}</span>${journal.run.shard !== null && html`<span>shard ${name(journal.run.shard, 20)}</span>`}</p>
${title(journal)}
${say(journal)}${leftovers(journal)}
${keyFacts(journal)}
<nav class="toc" aria-label="Sections"><ul>${sections.map(({ id, title: words }) => html`<li><a href="#${id}">${words}</a></li>`)}</ul></nav>
</header>`
}

function title(journal: Journal): Html {
  const verdict = verdictOf(journal)
  const words = headline(journal)
  const cut = words.indexOf(': ')
  const shape: Shape = verdict === 'pass' && journal.leftovers.length > 0 ? 'error' : verdict
  const [first, rest] = cut < 0 ? ['', words] : [words.slice(0, cut), words.slice(cut + 2)]
  return html`<h1 class="v-${shape}">${mark(shape, { instead: `Verdict ${VERDICT_WORDS[verdict].word}:` })}<span>${first !== '' && html`<b>${first}</b> `}${rest}</span></h1>`
}

function change({ change: made, run }: Journal, hosts: readonly string[]): Html | false {
  if (made === null) return run.mode !== 'plan' && html`<span>run by hand</span>`
  const { repository, pullRequest, head, base, branch } = made
  const number = pullRequest === null ? '' : `#${pullRequest}`
  const url = pullUrl(made, hosts)
  return html`<span>${name(repository)}${number !== '' && ' '}${url === undefined ? number : html`<a href="${url}">${number}</a>`}</span><span>${code(head.slice(0, 7))}${base !== null && html` against ${branch !== null && html`${name(branch)} `}${code(base.slice(0, 7))}`}</span>`
}

/** On the server that ran it, when that one may be linked to. */
function pullUrl(
  { repository, pullRequest, runUrl }: NonNullable<Journal['change']>,
  hosts: readonly string[],
): string | undefined {
  const run = safeUrl(runUrl, hosts)
  if (run === undefined || pullRequest === null || !/^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(repository)) return undefined
  return `${new URL(run).origin}/${repository}/pull/${pullRequest}`
}

/** What stays behind must be acted on now, so it stands above everything else. */
function leftovers({ leftovers: left }: Journal): Html | false {
  return (
    left.length > 0 &&
    html`<div class="alert" role="note" aria-label="Left behind"><p><b>Left behind</b></p><ul>${left.slice(0, 5).map(({ what, why, remedy }) => html`<li>${code(what, 120)} ${sentence(why)} To remove it: ${code(remedy, 200)}</li>`)}</ul>${left.length > 5 && html`<p>And ${left.length - 5} more, <a href="#radius">in the list</a>.</p>`}</div>`
  )
}

function keyFacts(journal: Journal): Html {
  const { experiments, run, traffic } = journal
  const evidence = experiments.flatMap((experiment) => experiment.evidence)
  const proven = evidence.filter(({ status }) => status === 'proven').length
  const requests = traffic.requests > 0 && html` <span>${formatCount(traffic.requests, RICH)} requests</span>`
  return html`<dl class="key"><div><dt>experiments</dt><dd>${tally(journal)}</dd></div><div><dt>faults with proof of effect</dt><dd>${evidence.length === 0 ? 'no fault put on' : `${proven} of ${evidence.length}`}</dd></div><div><dt>changed outside the plan</dt><dd>${journal.outside.length === 0 ? 'nothing' : journal.outside.length}</dd></div><div><dt>left behind</dt><dd>${journal.leftovers.length === 0 ? 'nothing' : journal.leftovers.length}</dd></div><div><dt>took</dt><dd>${formatAbout(Math.max(0, run.endedAtMs - run.startedAtMs), RICH)}${requests}</dd></div></dl>`
}

/** `4 pass, 2 fail, 1 not run`. */
function tally({ experiments }: Journal): string {
  const words = experiments.map(({ ran, verdict }) => (ran ? verdict : 'not run'))
  const kinds = [...Object.keys(VERDICT_WORDS), 'not run'].filter((kind) => words.some((word) => word === kind))
  return kinds.length === 0
    ? 'none'
    : kinds.map((kind) => `${words.filter((word) => word === kind).length} ${kind}`).join(', ')
}
