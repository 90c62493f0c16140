import { median } from '../kit/statistics/median.ts'
import type { MonthHistory } from '../model/history.ts'
import type { Journal } from '../model/journal.ts'
import { VERDICTS, type Verdict } from '../model/verdict.ts'

/** `2026-11`, of UTC. Throws RangeError for what is no time. */
export function monthOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 7)
}

/** One entry for each month from the first to the last run: a month without runs is news as well. */
export function monthsOf(journals: readonly Journal[], first: string, last: string): readonly MonthHistory[] {
  const byMonth = Map.groupBy(journals, ({ run }) => monthOf(run.startedAtMs))
  return monthsBetween(first, last).map((month) => monthHistory(month, byMonth.get(month) ?? []))
}

function monthsBetween(first: string, last: string): string[] {
  const months: string[] = []
  for (let at = `${first}-01`; at.slice(0, 7) <= last; ) {
    months.push(at.slice(0, 7))
    const date = new Date(`${at}T00:00:00Z`)
    at = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)).toISOString().slice(0, 10)
  }
  return months
}

function monthHistory(month: string, journals: readonly Journal[]): MonthHistory {
  const experiments = journals.flatMap((journal) => journal.experiments).filter(({ ran }) => ran)
  const recoveries = experiments.flatMap(({ recovery }) => (recovery ? [recovery] : []))
  const seen = recoveries.flatMap(({ highMs }) => (highMs === null ? [] : [highMs]))
  return {
    month,
    runs: counted(journals.map(({ verdict }) => verdict)),
    experiments: counted(experiments.map(({ verdict }) => verdict)),
    medianRecoveryMs: median(seen) ?? null,
    unrecovered: recoveries.length - seen.length,
    leftovers: journals.reduce((sum, { leftovers }) => sum + leftovers.length, 0),
  }
}

function counted(verdicts: readonly Verdict[]): Record<Verdict, number> {
  const count = (verdict: Verdict) => verdicts.filter((one) => one === verdict).length
  const [pass, inconclusive, aborted, error, fail] = VERDICTS.map(count)
  return { pass: pass ?? 0, inconclusive: inconclusive ?? 0, aborted: aborted ?? 0, error: error ?? 0, fail: fail ?? 0 }
}
