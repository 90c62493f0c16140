import type { z } from 'zod'
import type { Problem, Slice } from '../../model/measurement.ts'
import type { WindowSpan } from '../../model/ports.ts'
import { matrixSchema, numberOf } from './answers.ts'
import { gridFor } from './increments.ts'
import type { Reading } from './measure-ratio.ts'
import type { PrometheusApi } from './prometheus-api.ts'
import { warningProblem } from './read-counters.ts'
import { selectorsIn } from './selector.ts'
import { quote, Unmeasurable } from './unmeasurable.ts'

/** Without this Prometheus repeats the last sample for five minutes, and what has stopped looks healthy. */
const FRESH_SCRAPES = 2.5

/** The value of any query at the end of each slice; null where there is none, or only an old one. Throws Unmeasurable. */
export async function measureValue(api: PrometheusApi, query: string, span: WindowSpan): Promise<Reading> {
  const { clock, scrapeMs } = api.setting
  const { span: grid, slices: count } = gridFor(span, scrapeMs)
  const ends = Array.from({ length: count }, (_, index) => grid.startMs + (index + 1) * grid.sliceMs)
  await clock.sleep(Math.max(0, span.endMs + scrapeMs / 2 - clock.now()))
  const range = rangeOf(ends, grid.sliceMs)
  const [answer, ages] = await Promise.all([
    api.ask('query_range', { query, ...range }, matrixSchema),
    agesOf(api, query, range, ends),
  ])
  const read = readValues(answer.data, query, ends)
  const stale = ends.map((end) => ages.some((newest) => end - (newest.get(end) ?? end) > FRESH_SCRAPES * scrapeMs))
  const values = read.map((value, index) =>
    value !== undefined && Number.isFinite(value) && !stale[index] ? value : null,
  )
  return {
    span: grid,
    slices: values.map(
      (value, index): Slice => ({
        startMs: grid.startMs + index * grid.sliceMs,
        n: value === null ? 0 : 1,
        bad: 0,
        badAtLeast: 0,
        value,
      }),
    ),
    problems: [...answer.warnings.map(warningProblem), ...valueProblems(read, stale, query)],
    queries: [query],
  }
}

type Range = { readonly start: string; readonly end: string; readonly step: string }

function rangeOf(ends: readonly number[], stepMs: number): Range {
  const seconds = (ms: number) => (ms / 1_000).toFixed(3)
  return { start: seconds(ends[0] ?? 0), end: seconds(ends.at(-1) ?? 0), step: seconds(stepMs) }
}

/** For each selector in the query: by slice end, the time of its newest sample. A selector that has none says nothing. */
async function agesOf(
  api: PrometheusApi,
  query: string,
  range: Range,
  ends: readonly number[],
): Promise<readonly ReadonlyMap<number, number>[]> {
  return Promise.all(
    selectorsIn(query).map(async (selector) => {
      const { data } = await api.ask('query_range', { query: `max(timestamp(${selector}))`, ...range }, matrixSchema)
      const times = sampled(data, ends)
      return new Map(
        ends.flatMap((end, index) => (times[index] === undefined ? [] : [[end, (times[index] ?? 0) * 1_000] as const])),
      )
    }),
  )
}

function readValues(
  data: z.infer<typeof matrixSchema>,
  query: string,
  ends: readonly number[],
): readonly (number | undefined)[] {
  if (data.result.length > 1) {
    throw new Unmeasurable(
      'NO_DATA',
      `${quote(query)} gives ${data.result.length} series where one value is needed; put max(…) or sum(…) around it`,
    )
  }
  return sampled(data, ends)
}

/** By slice end; the server rounds its steps to milliseconds. */
function sampled(data: z.infer<typeof matrixSchema>, ends: readonly number[]): readonly (number | undefined)[] {
  const byTime = new Map(
    (data.result[0]?.values ?? []).map(([seconds, text]) => [Math.round(seconds * 1_000), numberOf(text)]),
  )
  return ends.map((end) => byTime.get(Math.round(end)) ?? byTime.get(Math.floor(end)) ?? byTime.get(Math.ceil(end)))
}

function valueProblems(
  read: readonly (number | undefined)[],
  stale: readonly boolean[],
  query: string,
): readonly Problem[] {
  const missing = read.filter((value) => value === undefined).length
  const nothing = read.filter((value) => Number.isNaN(value)).length
  const infinite = read.filter((value) => value !== undefined && !Number.isNaN(value) && !Number.isFinite(value)).length
  const old = stale.filter((isOld, index) => isOld && read[index] !== undefined).length
  const useless = read.every((value, index) => value === undefined || !Number.isFinite(value) || stale[index])
  const found = [
    { count: missing, what: 'have no value' },
    { count: nothing, what: 'are NaN' },
    { count: infinite, what: 'are infinite' },
    { count: old, what: 'are stale: the last sample is older than two scrapes' },
  ].filter(({ count }) => count > 0)
  const detail = `${quote(query)}: of ${read.length} slices ${found.map(({ count, what }) => `${count} ${what}`).join(', ')}`
  if (useless) return [{ code: 'NO_DATA', detail }]
  return nothing + infinite > 0 ? [{ code: 'PARTIAL_DATA', detail }] : []
}
