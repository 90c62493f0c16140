import type { Problem } from '../../model/measurement.ts'
import type { WindowSpan } from '../../model/ports.ts'
import { matrixSchema } from './answers.ts'
import { type Birth, judgeBirths, type SampleRange, sampleTimes } from './births.ts'
import { type Counted, countSeries, type Grid, gridFor, sliceOfSamples } from './increments.ts'
import type { PrometheusApi } from './prometheus-api.ts'
import { readSeries, type Series } from './series.ts'
import { quote } from './unmeasurable.ts'

/** What several selectors counted in a window, in the order of the selectors. */
export interface CounterReading {
  readonly counted: readonly (readonly Counted[])[]
  readonly grid: Grid
  /** Of all series, by target, when it was scraped within the range. */
  readonly scrapes: ReadonlyMap<string, ReadonlySet<number>>
  readonly range: SampleRange
  readonly queries: readonly string[]
  readonly problems: readonly Problem[]
  /** By selector: what it lacks, since series of unknown age begin in the window. The first sample of each is left out. */
  readonly unknownAges: readonly (Problem | undefined)[]
}

/** Samples before the window's start that are read as well, in scrapes: the first increment needs the one before it. */
const LEAD = 1.5

/**
 * Raw counters of a window by range selectors, read once the scrape has been made that covers its end.
 * Throws Unmeasurable when there is nothing to count from.
 */
export async function readCounters(
  api: PrometheusApi,
  selectors: readonly string[],
  span: WindowSpan,
): Promise<CounterReading> {
  const grid = gridFor(span, api.setting.scrapeMs)
  const range = { fromMs: span.startMs - LEAD * grid.scrapeMs, untilMs: span.endMs + grid.scrapeMs / 2 }
  const queries = selectors.map((selector) => `${selector}[${Math.round(range.untilMs - range.fromMs)}ms]`)
  const { matrices, warnings } = await askWhenCovered(api, queries, range, span)
  const all = matrices.flat()
  const scrapes = sampleTimes(all)
  const births = await Promise.all(
    matrices.map((own, index) => judgeBirths(api, selectors[index] ?? '', all, own, range)),
  )
  const counted = matrices.map((own, index) =>
    own.map((series) => countOne(series, scrapes, births[index]?.get(series.key), grid)),
  )
  const unknownAges = matrices.map((own, index) => birthProblem(births[index], own))
  return { counted, grid, scrapes, range, queries, problems: warnings, unknownAges }
}

interface Asked {
  readonly matrices: readonly (readonly Series[])[]
  readonly warnings: readonly Problem[]
}

/** Asks again until every target that is still scraped shows the scrape that covers the window's end, for two scrapes at most. */
async function askWhenCovered(
  api: PrometheusApi,
  queries: readonly string[],
  range: SampleRange,
  span: WindowSpan,
): Promise<Asked> {
  const { clock, scrapeMs } = api.setting
  const latestMs = span.endMs + 2 * scrapeMs
  await clock.sleep(Math.max(0, range.untilMs - clock.now()))
  for (;;) {
    const asked = await askAll(api, queries, range)
    if (clock.now() >= latestMs || isCovered(asked.matrices.flat(), range, scrapeMs)) return asked
    await clock.sleep(Math.min(Math.max(20, scrapeMs / 8), Math.max(1, latestMs - clock.now())))
  }
}

async function askAll(api: PrometheusApi, queries: readonly string[], { untilMs }: SampleRange): Promise<Asked> {
  const time = (untilMs / 1_000).toFixed(3)
  const answers = await Promise.all(queries.map((query) => api.ask('query', { query, time }, matrixSchema)))
  return {
    matrices: answers.map(({ data }, index) => readSeries(data, queries[index] ?? '')),
    warnings: answers.flatMap(({ warnings }) => warnings).map(warningProblem),
  }
}

/** A warning comes with data that lacks a part. */
export function warningProblem(warning: string): Problem {
  return { code: 'PARTIAL_DATA', detail: `Prometheus warns: ${quote(warning)}` }
}

function isCovered(series: readonly Series[], { untilMs }: SampleRange, scrapeMs: number): boolean {
  const last = [...sampleTimes(series).values()].map((times) => Math.max(...times))
  const living = last.filter((time) => time > untilMs - 2.5 * scrapeMs)
  return living.length > 0 && living.every((time) => time > untilMs - 1.05 * scrapeMs)
}

function countOne(
  series: Series,
  scrapes: ReadonlyMap<string, ReadonlySet<number>>,
  birth: Birth | undefined,
  grid: Grid,
): Counted {
  return countSeries(
    series,
    sliceOfSamples(scrapes.get(series.target) ?? series.timesMs, grid),
    birth === 'counted',
    grid,
  )
}

function birthProblem(births: ReadonlyMap<string, Birth> | undefined, own: readonly Series[]): Problem | undefined {
  const unknown = own.filter(({ key }) => births?.get(key) === 'unknown')
  const [first] = unknown
  if (first === undefined) return undefined
  const detail = `${unknown.length} series appeared in the window with a count of unknown age, such as ${first.values[0]} at ${quote(first.target)}; export process_start_time_seconds, or let Prometheus run before the window`
  return { code: 'PARTIAL_DATA', detail }
}
