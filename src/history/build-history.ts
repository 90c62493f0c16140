import type { History } from '../model/history.ts'
import type { Journal } from '../model/journal.ts'
import { monthOf, monthsOf } from './months.ts'
import { newsOf } from './news.ts'
import { suiteHistory } from './suite-history.ts'

export interface Found {
  readonly file: string
  readonly journal: Journal
}

/** Beyond these no journal can have been written, and a page of a million months would help nobody. */
const EARLIEST_MS = Date.UTC(2020)
const LATEST_MS = Date.UTC(2100)

/**
 * What journals of one or more suites show together. Pure: the same journals give the same history, in whatever order
 * they come. A suite is told by its name and repository. `month` is that of the latest run unless one is given, such as
 * `2026-11`; then what came after it is left out, so that a page of a month can be made again. Undefined without a run.
 */
export function buildHistory(found: readonly Found[], left: History['left'], month?: string): History | undefined {
  const { kept, odd } = sift(found)
  const journals = kept.filter(({ run }) => month === undefined || monthOf(run.startedAtMs) <= month)
  const [first, latest] = [journals[0], journals.at(-1)]
  if (!first || !latest) return undefined
  const from = monthOf(first.run.startedAtMs)
  const until = month ?? monthOf(latest.run.startedAtMs)
  const bySuite = Map.groupBy(journals, ({ suite, change }) => JSON.stringify([change?.repository ?? '', suite.name]))
  const suites = [...bySuite].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => suiteHistory(own, from, until))
  return {
    version: 1,
    month: until,
    months: monthsOf(journals, from, until),
    suites,
    news: newsOf(suites, until),
    left: [...left, ...odd],
  }
}

function sift(found: readonly Found[]): { readonly kept: readonly Journal[]; readonly odd: History['left'] } {
  const odd: { file: string; why: string; broken: boolean }[] = []
  const known = new Map<string, string>()
  const kept = found.flatMap(({ file, journal }) => {
    const { startedAtMs, id } = journal.run
    const key = `${id} ${startedAtMs}`
    const twin = known.get(key)
    known.set(key, twin ?? file)
    if (journal.shard) odd.push({ file, why: 'it is a part of a run: merge its shards', broken: false })
    else if (!(startedAtMs >= EARLIEST_MS && startedAtMs < LATEST_MS))
      odd.push({ file, why: 'its time is none', broken: true })
    else if (twin !== undefined) odd.push({ file, why: `it is the same run as ${twin}`, broken: false })
    else return [journal]
    return []
  })
  kept.sort((a, b) => a.run.startedAtMs - b.run.startedAtMs || (a.run.id < b.run.id ? -1 : 1))
  return { kept, odd }
}
