import type { ExperimentHistory, News, SuiteHistory } from '../model/history.ts'
import type { Verdict } from '../model/verdict.ts'
import { LATELY } from './change.ts'
import { monthOf } from './months.ts'

const URGENCY: readonly News['is'][] = ['broke', 'worse', 'flaky', 'new', 'gone', 'mended', 'better']

/**
 * What is different in a month, most urgent first. An experiment broke when its latest decided verdict is a fail after a
 * pass, and is mended the other way round; it is new when the month has its first run and an earlier run of the suite
 * lacks it. What changed is worse or better where the latest run is of the month.
 */
export function newsOf(suites: readonly SuiteHistory[], month: string): readonly News[] {
  const news = suites.flatMap((suite, place) =>
    suite.experiments.flatMap((experiment, at) =>
      newsOfOne(suite, experiment, month).map((one) => ({ ...one, suite: place, experiment: at })),
    ),
  )
  return news.sort((a, b) => URGENCY.indexOf(a.is) - URGENCY.indexOf(b.is))
}

type Own = Omit<News, 'suite' | 'experiment'>

function newsOfOne(suite: SuiteHistory, experiment: ExperimentHistory, month: string): Own[] {
  const monthAt = (run: number) => monthOf(suite.runs[run]?.atMs ?? 0)
  const latest = experiment.course.at(-1)?.run
  const first = experiment.course[0]?.run
  if (latest === undefined || first === undefined) return []
  const about = { series: null }
  const gone = latest + 1
  if (experiment.gone)
    return gone < suite.runs.length && monthAt(gone) === month ? [{ ...about, is: 'gone', run: gone }] : []
  if (monthAt(latest) !== month) return []
  const turned = turningPoint(experiment)
  return [
    ...(turned && monthAt(turned.run) === month ? [{ ...about, ...turned }] : []),
    ...changes(experiment).map((change) => ({ ...about, ...change })),
    ...(experiment.flakiness.flaky ? [{ ...about, is: 'flaky' as const, run: latest }] : []),
    ...(first > 0 && monthAt(first) === month ? [{ ...about, is: 'new' as const, run: first }] : []),
  ]
}

/** Where the verdict that now holds began; nothing where it was never another. */
function turningPoint({ course }: ExperimentHistory): Pick<News, 'is' | 'run'> | undefined {
  const decided = course.filter(({ ran, verdict }) => ran && isDecided(verdict))
  const now = decided.at(-1)?.verdict
  const before = decided.findLastIndex(({ verdict }) => verdict !== now)
  const since = decided[before + 1]
  if (before < 0 || !since) return undefined
  return { is: now === 'fail' ? 'broke' : 'mended', run: since.run }
}

function isDecided(verdict: Verdict): boolean {
  return verdict === 'pass' || verdict === 'fail'
}

function changes({ series }: ExperimentHistory): Pick<News, 'is' | 'run' | 'series'>[] {
  return series.flatMap(({ change, points }, place) => {
    const since = points.at(-LATELY)?.run
    if ((change.is !== 'worse' && change.is !== 'better') || since === undefined) return []
    return [{ is: change.is, run: since, series: place }]
  })
}
