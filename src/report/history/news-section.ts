import type { History, News, SuiteHistory } from '../../model/history.ts'
import { type Html, html } from '../html/html.ts'
import { code, name } from '../html/inline.ts'
import { mark, type Shape } from '../html/mark.ts'
import { plural } from '../words/numbers.ts'
import { RICH } from '../words/typography.ts'
import type { Places } from './places.ts'
import { changeWords, dayOf } from './words.ts'

const MOST_NEWS = 40

const WORDS: Readonly<Record<News['is'], { readonly shape: Shape; readonly word: string }>> = {
  broke: { shape: 'fail', word: 'broke' },
  worse: { shape: 'fail', word: 'got worse' },
  flaky: { shape: 'inconclusive', word: 'flaky' },
  new: { shape: 'off', word: 'new' },
  gone: { shape: 'off', word: 'gone' },
  mended: { shape: 'pass', word: 'holds again' },
  better: { shape: 'pass', word: 'got better' },
}

/** What is different this month, most urgent first; undefined where nothing is. */
export function newsSection({ news, suites }: History, places: Places): Html | undefined {
  if (news.length === 0) return undefined
  const left = news.length - MOST_NEWS
  return html`<ul class="news">${news.slice(0, MOST_NEWS).map((one) => item(one, suites, places))}</ul>${left > 0 && html`<p class="note">And ${left} more.</p>`}`
}

function item(one: News, suites: readonly SuiteHistory[], places: Places): Html {
  const suite = suites[one.suite]
  const experiment = suite?.experiments[one.experiment]
  if (!suite || !experiment) return html``
  const { shape, word } = WORDS[one.is]
  const run = suite.runs[one.run]
  const series = one.series === null ? undefined : experiment.series[one.series]
  return html`<li>${mark(shape, { word: true, instead: word })}<span><a href="#${places.experiment(one.suite, one.experiment)}">${name(experiment.name)}</a>${suites.length > 1 && html` <span class="more">${name(suite.name)}</span>`}<span class="why">${series ? html`<b>${name(series.name)}</b> ${changeWords(series.change, series, RICH)}` : why(one, suite)}</span></span><span class="when">${one.is !== 'flaky' && run && html`since ${dayOf(run.atMs)}${run.commit !== null && html` ${code(run.commit.slice(0, 7))}`}`}</span></li>`
}

function why(one: News, suite: SuiteHistory): string {
  const { course, flakiness } = suite.experiments[one.experiment] ?? { course: [], flakiness: undefined }
  const since = course.filter(({ run, ran }) => run >= one.run && ran).length
  switch (one.is) {
    case 'broke':
      return 'it held before, and has failed since'
    case 'mended':
      return 'it failed before, and has held since'
    case 'new':
      return `first run of it, ${since} so far`
    case 'gone':
      return 'the suite has it no more'
    default: {
      const { sameCommit, neighbours } = flakiness ?? { sameCommit: { differed: 0 }, neighbours: { differed: 0 } }
      return sameCommit.differed > 0
        ? `both pass and fail on the same commit, for ${sameCommit.differed} ${plural(sameCommit.differed, 'commit')}`
        : `changed between pass and fail ${neighbours.differed} times from one run to the next`
    }
  }
}
