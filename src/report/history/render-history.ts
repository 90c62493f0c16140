import type { History } from '../../model/history.ts'
import { type Html, html } from '../html/html.ts'
import { code, name, nameText, sentence } from '../html/inline.ts'
import { styleOf } from '../html/stylesheet.ts'
import { formatMs } from '../words/durations.ts'
import { RICH } from '../words/typography.ts'
import { HISTORY_CSS } from './css.ts'
import { flakySection } from './flaky-section.ts'
import { monthsSection } from './months-section.ts'
import { newsSection } from './news-section.ts'
import { PLACES } from './places.ts'
import { suiteLead } from './suite-lead.ts'
import { suiteSection } from './suite-section.ts'
import {
  currentMonth,
  dayOf,
  experimentsOf,
  historyHeadline,
  historySentence,
  monthName,
  runsOf,
  shareWords,
} from './words.ts'

/** Nothing is loaded, nothing runs, nothing is sent: text from a journal could not do harm even if an escape failed. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
const MOST_LEFT_OUT = 20

interface Section {
  readonly id: string
  readonly title: string
  readonly lead: string
  readonly body: Html | undefined
}

/** The monthly page as one HTML file that loads nothing and runs no script. The same history gives the same bytes. */
export function renderHistoryHtml(history: History): string {
  const shown = sections(history).filter(({ body }) => body !== undefined)
  const { count, rest } = historyHeadline(history)
  const [only] = history.suites
  const title = `${count} ${rest}${history.suites.length === 1 && only ? ` · ${nameText(only.name)}` : ''}`
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<title>${title}</title>${styleOf(HISTORY_CSS)}</head><body>
<a class="skip" href="#${shown[0]?.id ?? 'main'}">Skip to the results</a>
<div class="page">${top(history, shown)}<main id="main">
${shown.map(
  ({
    id,
    title: words,
    lead,
    body,
  }) => html`<section id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${words}</h2>${lead !== '' && html`<p class="lead">${lead}</p>`}${body}</section>
`,
)}</main><footer>Made from ${history.suites.reduce((sum, { runs }) => sum + runs.length, 0)} journals by <code>seaworthy history</code>. This page loads nothing and runs no script.</footer></div></body></html>
`.text
}

function top(history: History, shown: readonly Section[]): Html {
  const { count, rest } = historyHeadline(history)
  const times = history.suites.flatMap(({ runs }) => runs.map(({ atMs }) => atMs))
  const span = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))]
  const [from, to] = span.map((at) => dayOf(at, true))
  const broke = history.news.some(({ is }) => is === 'broke')
  const suites = history.suites.slice(0, 3)
  return html`<header class="top"><p class="eyebrow"><b>Seaworthy</b><span>Resilience report</span>${suites.map((suite) => html`<span>${name(suite.name)}</span>`)}${history.suites.length > 3 && html`<span>and ${history.suites.length - 3} more suites</span>`}<span>${from} to ${to}</span></p>
<h1 class="bignum ${allHeld(history) ? 'v-pass' : broke ? 'v-fail' : 'v-inconclusive'}"><span><b>${count}</b> ${rest}</span></h1>
<div class="say"><p>${historySentence(history)}</p></div>
${keyFacts(history)}
<nav class="toc" aria-label="Sections"><ul>${shown.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav></header>`
}

function allHeld(history: History): boolean {
  const { now } = currentMonth(history)
  return now !== undefined && runsOf(now) > 0 && now.runs.pass === runsOf(now)
}

/** Each with the month before beside it. */
function keyFacts(history: History): Html {
  const { now, before } = currentMonth(history)
  if (!now) return html``
  const beside = (words: string | undefined) =>
    before && words !== undefined && html` <span>${words} in ${monthName(before.month).split(' ')[0]}</span>`
  const held = (month: typeof now) => shareWords(month.experiments.pass, experimentsOf(month), RICH)
  const unsure = (month: typeof now) =>
    shareWords(experimentsOf(month) - month.experiments.pass - month.experiments.fail, experimentsOf(month), RICH)
  const recovery = (month: typeof now) =>
    month.medianRecoveryMs === null ? '–' : formatMs(month.medianRecoveryMs, RICH)
  return html`<dl class="key hkey"><div><dt>runs</dt><dd>${runsOf(now)}${beside(before && String(runsOf(before)))}</dd></div><div><dt>experiments that held</dt><dd>${held(now)}${beside(before && held(before))}</dd></div><div><dt>could not be judged</dt><dd>${unsure(now)}${beside(before && unsure(before))}</dd></div><div><dt>median recovery</dt><dd>${recovery(now)}${beside(before && recovery(before))}</dd></div><div><dt>left behind</dt><dd>${now.leftovers === 0 ? 'nothing' : now.leftovers}</dd></div></dl>`
}

function sections(history: History): Section[] {
  return [
    {
      id: 'news',
      title: 'What changed',
      lead: `In ${monthName(history.month)}, most urgent first.`,
      body: newsSection(history, PLACES),
    },
    {
      id: 'months',
      title: 'Month by month',
      lead: 'A run is one gate of one change. It holds when all of its experiments do. Recovery is the median.',
      body: monthsSection(history),
    },
    ...history.suites.map((suite, place) => ({
      id: PLACES.suite(place),
      title: history.suites.length === 1 ? 'Trends' : nameText(suite.name),
      lead: place === 0 ? `${nameText(suiteLead(suite), 200)} ${TREND_LEAD}` : nameText(suiteLead(suite), 200),
      body: suiteSection(suite, place, history, PLACES),
    })),
    { id: 'steady', title: 'Least steady', lead: STEADY_LEAD, body: flakySection(history, PLACES) },
    { id: 'about', title: 'How to read this', lead: '', body: about(history) },
  ]
}

const TREND_LEAD =
  'One dot a run, oldest left: round it held, square it did not, yellow it could not be judged. The pale band is what the measurement leaves open, the dashed line what is needed. Bars: high and pale held, high and strong did not, half could not be judged.'
const STEADY_LEAD =
  'An experiment that gives two answers about one commit, or none, teaches people to look away. Repair these first.'

function about({ left }: History): Html {
  return html`<ul class="list"><li><b>Worse</b> and <b>better</b> are said of the last five numbers against up to thirty before them, when a rank test (Mann and Whitney), corrected for all numbers of the suite (Holm), would be wrong at most once in twenty such reports, and the median moved by at least a tenth, or 0.1 points of a share.</li><li><b>Broke</b>: it held, and its latest runs that could be judged failed. <b>Flaky</b>: both answers on one commit, or a change of answer at least twice.</li><li>Numbers under another fault are drawn pale and compared with nothing. Shares of a month are of the experiments that ran.</li>${left.length > 0 && html`<li>Left out: <ul class="list">${left.slice(0, MOST_LEFT_OUT).map(({ file, why }) => html`<li>${code(file, 100)} ${sentence(why)}</li>`)}${left.length > MOST_LEFT_OUT && html`<li>and ${left.length - MOST_LEFT_OUT} more</li>`}</ul></li>`}</ul>`
}
