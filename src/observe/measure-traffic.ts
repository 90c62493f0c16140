import type { Measurement, Problem, Slice } from '../model/measurement.ts'
import type { PlannedObjective } from '../model/plan.ts'
import type { Traffic, TrafficRecords, WindowSpan } from '../model/ports.ts'
import type { Indicator } from '../model/suite.ts'
import { latencyHistogram } from './latency-histogram.ts'
import { emptySlices, headOf } from './slice-grid.ts'
import { answered } from './summarise-latency.ts'

type TrafficIndicator = Extract<Indicator, { source: 'traffic' }>

/** Counts the requests that were due in the window, once all of them have ended. */
export async function measureTraffic(
  traffic: Traffic,
  objective: PlannedObjective,
  indicator: TrafficIndicator,
  span: WindowSpan,
): Promise<Measurement> {
  await traffic.settle(span.endMs)
  return countRecords(traffic.records(span.startMs, span.endMs), objective, indicator, span)
}

/** Slices by due time. In every slice 0 <= bad <= n, and all slices together hold every record once. */
function countRecords(
  records: TrafficRecords,
  objective: PlannedObjective,
  indicator: TrafficIndicator,
  span: WindowSpan,
): Measurement {
  const empty = emptySlices(span)
  const place = (index: number) =>
    Math.min(empty.length - 1, Math.max(0, Math.floor(((records.dueMs[index] ?? 0) - span.startMs) / span.sliceMs)))
  const isBad = badness(objective, indicator)
  const counts = empty.map(() => ({ n: 0, bad: 0 }))
  for (let index = 0; index < records.length; index += 1) {
    const count = counts[place(index)]
    if (count === undefined) continue
    count.n += 1
    if (isBad(records.ok[index] === 1, records.latencyMs[index] ?? 0)) count.bad += 1
  }
  const values =
    indicator.kind === 'latency-quantile' ? sliceQuantiles(records, indicator.quantile, empty.length, place) : []
  return {
    ...headOf(objective, span),
    slices: empty.map((slice, at) => toSlice(slice, counts[at], values[at] ?? null)),
    histogram: indicator.kind === 'latency-quantile' ? latencyHistogram(latenciesOf(records)) : undefined,
    problems: problemsOf(records),
    queries: [],
  }
}

function toSlice(
  slice: Slice,
  count: { readonly n: number; readonly bad: number } | undefined,
  value: number | null,
): Slice {
  const { n, bad } = count ?? { n: 0, bad: 0 }
  return { ...slice, n, bad, badAtLeast: bad, value }
}

/** For charts only: the quantile of each slice by nearest rank; null where it is a request without an answer. */
function sliceQuantiles(
  records: TrafficRecords,
  quantile: number,
  slices: number,
  place: (index: number) => number,
): readonly (number | null)[] {
  const latencies: number[][] = Array.from({ length: slices }, () => [])
  for (let index = 0; index < records.length; index += 1) {
    latencies[place(index)]?.push(records.ok[index] === 1 ? (records.latencyMs[index] ?? 0) : Number.POSITIVE_INFINITY)
  }
  return latencies.map((slice) => {
    const value = slice.sort((a, b) => a - b)[Math.max(0, Math.ceil(quantile * slice.length) - 1)]
    return value !== undefined && Number.isFinite(value) ? value : null
  })
}

/**
 * For quantiles, the requests beyond the limit where the need states one: it is their clustering in time
 * that says how much the counts are worth. Otherwise those without an answer.
 */
function badness({ need }: PlannedObjective, indicator: TrafficIndicator): (ok: boolean, latencyMs: number) => boolean {
  if (indicator.kind === 'latency-under') return (ok, latencyMs) => !ok || latencyMs > indicator.ms
  if (indicator.kind === 'latency-quantile' && need.kind === 'below')
    return (ok, latencyMs) => !ok || latencyMs > need.value
  return (ok) => !ok
}

function latenciesOf(records: TrafficRecords) {
  const failed = records.length - records.ok.reduce((sum, ok) => sum + ok, 0)
  return { answeredMs: answered(records), failed, timeoutMs: records.timeoutMs }
}

function problemsOf(records: TrafficRecords): readonly Problem[] {
  if (records.length > 0 || records.problems.some(({ code }) => code === 'NO_DATA')) return records.problems
  return [...records.problems, { code: 'NO_DATA', detail: 'no request was due in this window' }]
}
