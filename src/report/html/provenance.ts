import type { Approval, Journal } from '../../model/journal.ts'
import { safeUrl } from '../escape/safe-url.ts'
import { formatAbout, formatMs, isoSeconds } from '../words/durations.ts'
import { reproduceCommand } from '../words/facts.ts'
import { formatCount, plural } from '../words/numbers.ts'
import { RICH } from '../words/typography.ts'
import { type Html, html, joined, type Part } from './html.ts'
import { code, name, nameText, sentence } from './inline.ts'
import { shapeOf } from './mark.ts'

const MOST_PHASES = 80
const MOST_WARNINGS = 20
const MOST_IMAGES = 10
/** A phase that takes less of the bar has no room for its number. */
const LEAST_LABELLED_RATIO = 0.02

/** Where the time went, and everything that this verdict rests on: versions, digests, method. */
export function provenance(journal: Journal, hosts: readonly string[]): Html {
  return html`${strip(journal)}<div class="two">${facts(sources(journal, hosts))}${facts(method(journal))}</div>${warnings(journal)}`
}

function strip({ timings, experiments }: Journal): Html | false {
  const shown = timings.filter(({ ms }) => ms > 0).slice(0, MOST_PHASES)
  const total = shown.reduce((sum, { ms }) => sum + ms, 0)
  const parts = shown.map((timing) => ({
    ...timing,
    experiment: experiments.find((one) => one.name === timing.phase || timing.phase.endsWith(`: ${one.name}`)),
  }))
  const sentences = parts
    .slice(0, 40)
    .map(({ phase, ms }) => `${nameText(phase)} ${formatMs(ms, RICH)}`)
    .join(', ')
  const own = parts.filter(({ experiment }) => experiment === undefined)
  const ownMs = own.reduce((sum, { ms }) => sum + ms, 0)
  return (
    total > 0 &&
    html`<div class="strip" role="img" aria-label="Time spent: ${sentences}.">${parts.map(({ ms, experiment }) => html`<i class="${experiment === undefined ? 'own' : shapeOf(experiment)}" style="flex:${Math.max(1, Math.round((ms / total) * 1_000))}"><span>${experiment !== undefined && ms / total >= LEAST_LABELLED_RATIO && experiment.index}</span></i>`)}</div>
<p class="note">Numbers are the experiments.${own.length > 0 && ` Grey, ${formatAbout(ownMs, RICH)} in all: `}${joined(
      own.slice(0, 12).map(({ phase, ms }) => html`${name(phase, 40)} ${formatMs(ms, RICH)}`),
      ', ',
    )}.</p>`
  )
}

type Fact = readonly [term: string, words: Part]

function sources(journal: Journal, hosts: readonly string[]): Fact[] {
  const { plan, suite, run, change, traffic, approval, platform } = journal
  const url = safeUrl(change?.runUrl, hosts)
  const late =
    traffic.lateP99Ms === null
      ? ''
      : `; 99 % of them were sent at most ${formatMs(Math.ceil(traffic.lateP99Ms), RICH)} late`
  return [
    ['plan', html`${code(plan.digest)}, estimated at ${formatAbout(plan.estimateMs, RICH)}`],
    ...(approval === undefined ? [] : [['approved', approvedBy(approval, hosts)] as const]),
    ...((platform.images ?? []).length === 0 ? [] : [['images', imageList(platform.images ?? [])] as const]),
    ['suite', html`${code(suite.file)} ${code(suite.digest, 24)}`],
    [
      'run',
      html`${code(run.id)}, mode ${run.mode}, seed ${run.seed}${url !== undefined && html`, <a href="${url}">log of the run</a>`}`,
    ],
    ...(change === null
      ? []
      : [
          ['commit', html`${code(change.head)}${change.base !== null && html` against ${code(change.base)}`}`] as const,
        ]),
    ['time', `${isoSeconds(run.startedAtMs)} to ${isoSeconds(run.endedAtMs)}`],
    [
      'traffic',
      html`${name(traffic.description === '' ? traffic.kind : traffic.description, 200)}, ${formatCount(traffic.requests, RICH)} requests${late}`,
    ],
    ['again', code(reproduceCommand(journal), 200)],
  ]
}

function approvedBy({ by, via, atMs, url, key }: Approval, hosts: readonly string[]): Html {
  const link = safeUrl(url ?? undefined, hosts)
  return html`by ${name(by, 80)}, ${link === undefined ? via : html`<a href="${link}">${via}</a>`}${key !== null && html` of key ${code(key, 60)}`}, ${isoSeconds(atMs)}`
}

function imageList(images: NonNullable<Journal['platform']['images']>): Html {
  const rest = images.length - MOST_IMAGES
  const shown = images.slice(0, MOST_IMAGES).map((image) => html`${name(image.name, 80)} ${code(image.digest, 24)}`)
  return html`${joined(shown, ', ')}${rest > 0 && html` and ${rest} more`}`
}

function method({ tool, engine, platform, run, experiments }: Journal): Fact[] {
  const tests = experiments.flatMap(({ objectives }) => objectives).filter(({ pHolm }) => pHolm !== null).length
  const holm = tests === 0 ? '' : `; Holm’s correction over ${tests} ${plural(tests, 'test')}`
  return [
    ['seaworthy', name(tool.version)],
    ['engine', name(engine, 120)],
    ['platform', html`${platform.name}, ${name(platform.detail, 200)}`],
    ['machine', name(run.machine, 200)],
    [
      'judged by',
      `counts of non-overlapping slices; one-sided 95 % bounds, exact for shares, widened where failures come in clusters, by ranks for quantiles${holm}`,
    ],
    ['inconclusive', run.onInconclusive === 'pass' ? 'does not block' : 'blocks'],
  ]
}

function facts(rows: readonly Fact[]): Html {
  return html`<dl class="kv">${rows.map(([term, words]) => html`<div><dt>${term}</dt><dd>${words}</dd></div>`)}</dl>`
}

function warnings({ plan }: Journal): Html | false {
  const rest = plan.warnings.length - MOST_WARNINGS
  return (
    plan.warnings.length > 0 &&
    html`<h3>Warnings of the plan</h3><ul class="list">${plan.warnings.slice(0, MOST_WARNINGS).map((warning) => html`<li>${sentence(warning)}</li>`)}</ul>${rest > 0 && html`<p class="note">${rest} more are in <code>journal.json</code>.</p>`}`
  )
}
