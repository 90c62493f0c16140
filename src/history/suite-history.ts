import type { ExperimentHistory, HistoryRun, SuiteHistory } from '../model/history.ts'
import type { Journal } from '../model/journal.ts'
import { type Uncompared, withChanges } from './change.ts'
import { flakinessOf } from './flakiness.ts'
import { monthsOf } from './months.ts'
import { type Seen, seriesOf } from './series.ts'

/** One suite's journals, oldest first; there is at least one. `first` and `last` are the months of the whole history. */
export function suiteHistory(journals: readonly Journal[], first: string, last: string): SuiteHistory {
  const latest = journals.at(-1)
  const runs = journals.map(runOf)
  const seen = seenByName(journals)
  const current = latest?.experiments.map(({ name }) => name) ?? []
  const names = [...new Set([...current, ...seen.keys()])]
  const raw = names.map((name) => seriesOf(seen.get(name) ?? []))
  // One family: whoever looks at all charts of a suite asks all of its questions.
  const changed = withChanges(raw.flat())
  const taken = takeTurns(raw, changed)
  return {
    name: latest?.suite.name ?? '',
    repository: latest?.change?.repository ?? null,
    runs,
    experiments: names.map((name, place): ExperimentHistory => {
      const own = seen.get(name) ?? []
      return {
        name,
        fault:
          own
            .at(-1)
            ?.experiment.faults.map(({ description }) => description)
            .join(', ') ?? '',
        course: own.map(({ run, experiment: { verdict, ran } }) => ({ run, verdict, ran })),
        series: taken[place] ?? [],
        flakiness: flakinessOf(own, runs),
        gone: !current.includes(name),
      }
    }),
    months: monthsOf(journals, first, last),
  }
}

function takeTurns<T>(raw: readonly (readonly Uncompared[])[], all: readonly T[]): T[][] {
  let next = 0
  return raw.map((own) => {
    next += own.length
    return all.slice(next - own.length, next)
  })
}

function seenByName(journals: readonly Journal[]): Map<string, Seen[]> {
  const byName = new Map<string, Seen[]>()
  for (const [run, { experiments }] of journals.entries()) {
    for (const experiment of experiments) {
      const seen = byName.get(experiment.name)
      if (seen) seen.push({ run, experiment })
      else byName.set(experiment.name, [{ run, experiment }])
    }
  }
  return byName
}

function runOf({ run, verdict, summary, change }: Journal): HistoryRun {
  return {
    id: run.id,
    atMs: run.startedAtMs,
    verdict,
    summary,
    commit: change?.head ?? null,
    branch: change?.branch ?? null,
    pullRequest: change?.pullRequest ?? null,
    tookMs: Math.max(0, run.endedAtMs - run.startedAtMs),
  }
}
