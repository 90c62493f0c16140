import type { Flakiness, HistoryRun } from '../model/history.ts'
import type { JournalExperiment } from '../model/journal.ts'
import type { ReasonCode, Verdict } from '../model/verdict.ts'
import type { Seen } from './series.ts'

const MOST_REASONS = 3
/** There and back: one change alone may be the code's doing. */
const BACK_AND_FORTH = 2

/** How often the same experiment said two things of what should be the same. Only passes and fails are two things. */
export function flakinessOf(seen: readonly Seen[], runs: readonly HistoryRun[]): Flakiness {
  const ran = seen.filter(({ experiment }) => experiment.ran)
  const decided = ran.filter(({ experiment: { verdict } }) => verdict === 'pass' || verdict === 'fail')
  const commits = Map.groupBy(
    decided.filter(({ run }) => runs[run]?.commit != null),
    ({ run }) => runs[run]?.commit,
  )
  const repeated = [...commits.values()].filter(({ length }) => length > 1)
  const sameCommit = { repeated: repeated.length, differed: repeated.filter(hasBoth).length }
  const changes = decided
    .slice(1)
    .filter(({ experiment }, place) => experiment.verdict !== decided[place]?.experiment.verdict)
  return {
    judged: ran.length,
    sameCommit,
    neighbours: { pairs: Math.max(0, decided.length - 1), differed: changes.length },
    inconclusive: inconclusiveOf(ran.map(({ experiment }) => experiment)),
    flaky: sameCommit.differed > 0 || changes.length >= BACK_AND_FORTH,
  }
}

function hasBoth(seen: readonly Seen[]): boolean {
  const verdicts = new Set<Verdict>(seen.map(({ experiment }) => experiment.verdict))
  return verdicts.size > 1
}

function inconclusiveOf(experiments: readonly JournalExperiment[]): Flakiness['inconclusive'] {
  const unsure = experiments.filter(({ verdict }) => verdict === 'inconclusive')
  const counts = new Map<ReasonCode, number>()
  for (const { reasons } of unsure)
    for (const code of new Set(reasons.map((one) => one.code))) counts.set(code, (counts.get(code) ?? 0) + 1)
  const reasons = [...counts]
    .map(([code, count]) => ({ code, count }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
  return { count: unsure.length, reasons: reasons.slice(0, MOST_REASONS) }
}
