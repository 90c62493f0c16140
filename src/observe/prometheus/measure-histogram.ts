import type { Histogram, Problem, Slice } from '../../model/measurement.ts'
import type { WindowSpan } from '../../model/ports.ts'
import { numberOf } from './answers.ts'
import type { Counted } from './increments.ts'
import { blank, type Reading, wasSampled } from './measure-ratio.ts'
import { explainNoData } from './no-data.ts'
import type { PrometheusApi } from './prometheus-api.ts'
import { type CounterReading, readCounters } from './read-counters.ts'
import { type RestartsExpected, resetProblems } from './resets.ts'
import { parseSelector, selectorFor } from './selector.ts'
import { keyOf } from './series.ts'
import { quote, Unmeasurable } from './unmeasurable.ts'

/** One histogram, of one process and one set of labels: cumulative counts by upper edge in ms, ascending, the last one infinite. */
interface Ladder {
  readonly edgesMs: readonly number[]
  /** By edge, then by slice. */
  readonly slices: readonly (readonly number[])[]
}

interface Ladders {
  readonly reading: CounterReading
  readonly ladders: readonly Ladder[]
  readonly problems: readonly Problem[]
}

/** Requests slower than a limit; with `badAtLeast` where no bucket ends at the limit. Throws Unmeasurable. */
export async function measureHistogramUnder(
  api: PrometheusApi,
  histogram: string,
  ms: number,
  span: WindowSpan,
  expected: RestartsExpected,
): Promise<Reading> {
  const { reading, ladders, problems } = await readLadders(api, histogram, span, expected)
  const slices = slicesSlower(reading, ladders, ms)
  return { span: reading.grid.span, slices, problems, queries: reading.queries }
}

/** Every request of the window by bucket. Only edges that all processes share are kept. Throws Unmeasurable. */
export async function measureHistogramQuantile(
  api: PrometheusApi,
  histogram: string,
  wanted: { readonly quantile: number; readonly limitMs: number | undefined },
  span: WindowSpan,
  expected: RestartsExpected,
): Promise<Reading & { readonly histogram: Histogram }> {
  const { reading, ladders, problems } = await readLadders(api, histogram, span, expected)
  const slices = slicesSlower(reading, ladders, wanted.limitMs ?? Number.POSITIVE_INFINITY).map((slice, index) => ({
    ...slice,
    value: edgeAtQuantile(pooled(ladders, index), wanted.quantile),
  }))
  return {
    span: reading.grid.span,
    slices,
    problems,
    queries: reading.queries,
    histogram: toHistogram(pooled(ladders)),
  }
}

async function readLadders(
  api: PrometheusApi,
  histogram: string,
  span: WindowSpan,
  expected: RestartsExpected,
): Promise<Ladders> {
  const selector = bucketSelector(histogram)
  const reading = await readCounters(api, [selector.text], span)
  const counted = reading.counted[0] ?? []
  const ages = reading.unknownAges.filter((problem) => problem !== undefined)
  const problems = [...reading.problems, ...ages, ...resetProblems(counted, span.window, expected)]
  if (!wasSampled(counted, reading)) {
    const why = await explainNoData(
      api,
      selector.text,
      counted.map(({ series }) => series),
      reading.range,
    )
    return { reading, ladders: [], problems: [...problems, why] }
  }
  const ladders = laddersOf(counted, selector.unitMs)
  const n = ladders.reduce((sum, { slices }) => sum + (slices.at(-1) ?? []).reduce((a, b) => a + b, 0), 0)
  return {
    reading,
    ladders,
    problems: n > 0 ? problems : [...problems, { code: 'NO_DATA', detail: 'no request was counted in this window' }],
  }
}

/** The suite names the histogram; its buckets are counted. Edges are seconds, as is usual, unless the name says milliseconds. */
function bucketSelector(histogram: string): { readonly text: string; readonly unitMs: number } {
  const { name, matchers } = parseSelector(histogram)
  if (name === '' || matchers.some(({ label }) => label === 'le')) {
    throw new Unmeasurable(
      'NO_DATA',
      `${quote(histogram)} does not name a histogram; give its name without le, such as http_request_duration_seconds{service="web"}`,
    )
  }
  const base = name.replace(/_bucket$/, '')
  return { text: selectorFor(`${base}_bucket`, matchers), unitMs: /_(milliseconds|millis|ms)$/.test(base) ? 1 : 1_000 }
}

function laddersOf(counted: readonly Counted[], unitMs: number): readonly Ladder[] {
  const groups = new Map<string, { readonly edgeMs: number; readonly slices: readonly number[] }[]>()
  for (const { series, slices } of counted) {
    const { le, ...others } = series.labels
    const edge = le === undefined ? undefined : numberOf(le)
    if (edge === undefined || Number.isNaN(edge))
      throw new Unmeasurable('NO_DATA', `a bucket has no edge: ${quote(series.key)}`)
    const key = keyOf(others)
    groups.set(key, [...(groups.get(key) ?? []), { edgeMs: edge * unitMs, slices }])
  }
  return [...groups].map(([key, buckets]) => toLadder(key, buckets))
}

function toLadder(
  key: string,
  buckets: readonly { readonly edgeMs: number; readonly slices: readonly number[] }[],
): Ladder {
  const sorted = buckets.toSorted((a, b) => a.edgeMs - b.edgeMs)
  if (sorted.at(-1)?.edgeMs !== Number.POSITIVE_INFINITY)
    throw new Unmeasurable(
      'NO_DATA',
      `a histogram has no +Inf bucket, so nobody knows how many there were: ${quote(key)}`,
    )
  const shrinks = sorted.some(
    ({ slices }, index) => index > 0 && slices.some((count, slice) => count < (sorted[index - 1]?.slices[slice] ?? 0)),
  )
  if (shrinks) throw new Unmeasurable('PARTIAL_DATA', `the buckets of a histogram do not add up: ${quote(key)}`)
  return { edgesMs: sorted.map(({ edgeMs }) => edgeMs), slices: sorted.map(({ slices }) => slices) }
}

function slicesSlower(reading: CounterReading, ladders: readonly Ladder[], ms: number): readonly Slice[] {
  return blank(reading).map((slice, index) => {
    const parts = ladders.map((ladder) => slowerThan(ladder, ms, index))
    const add = (pick: (part: (typeof parts)[number]) => number) => parts.reduce((sum, part) => sum + pick(part), 0)
    return {
      ...slice,
      n: add(({ n }) => n),
      bad: add(({ bad }) => bad),
      badAtLeast: add(({ badAtLeast }) => badAtLeast),
    }
  })
}

/** The two edges around the limit say how many were surely slower, and how many may have been. */
function slowerThan(
  { edgesMs, slices }: Ladder,
  ms: number,
  slice: number,
): { readonly n: number; readonly bad: number; readonly badAtLeast: number } {
  const n = slices.at(-1)?.[slice] ?? 0
  const above = edgesMs.findIndex((edge) => edge >= ms * (1 - 1e-9))
  const exact = Math.abs((edgesMs[above] ?? 0) - ms) <= ms * 1e-9 || ms === Number.POSITIVE_INFINITY
  const within = (index: number) => (index < 0 ? 0 : (slices[index]?.[slice] ?? 0))
  return { n, bad: n - within(exact ? above : above - 1), badAtLeast: n - within(above) }
}

/** Cumulative counts of all processes by the edges that they share; only of one slice where it is given. */
function pooled(ladders: readonly Ladder[], slice?: number): readonly (readonly [edgeMs: number, count: number])[] {
  const [first, ...others] = ladders
  const shared = (first?.edgesMs ?? []).filter((edge) => others.every(({ edgesMs }) => edgesMs.includes(edge)))
  const counts = ({ edgesMs, slices }: Ladder, edge: number) => slices[edgesMs.indexOf(edge)] ?? []
  const pick = (all: readonly number[]) => (slice === undefined ? all.reduce((a, b) => a + b, 0) : (all[slice] ?? 0))
  return shared.map((edge) => [edge, ladders.reduce((sum, ladder) => sum + pick(counts(ladder, edge)), 0)])
}

/** The upper edge of the bucket that holds the quantile; null of nothing, and where it has none. */
function edgeAtQuantile(cumulative: readonly (readonly [number, number])[], quantile: number): number | null {
  const n = cumulative.at(-1)?.[1] ?? 0
  const edge = cumulative.find(([, count]) => count >= Math.max(1, Math.ceil(quantile * n - 1e-9)))?.[0]
  return edge !== undefined && Number.isFinite(edge) ? edge : null
}

function toHistogram(cumulative: readonly (readonly [number, number])[]): Histogram {
  const n = cumulative.at(-1)?.[1] ?? 0
  const finite = cumulative.filter(([edge]) => Number.isFinite(edge))
  const [lastEdge, within] = finite.at(-1) ?? [0, 0]
  return {
    buckets: finite.map(([edge, count], index) => [edge, count - (finite[index - 1]?.[1] ?? 0)]),
    overflow: n - within,
    overflowFromMs: lastEdge,
    n,
    // Every edge is there, the empty buckets too: between two edges nothing more is known.
    precision: 0,
  }
}
