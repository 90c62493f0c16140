import { matrixSchema, numberSchema } from './answers.ts'
import { escapeRegex, escapeString } from './placeholders.ts'
import type { PrometheusApi } from './prometheus-api.ts'
import { readSeries, type Series } from './series.ts'

/** The range of raw samples that was read for a window. Milliseconds since the epoch. */
export interface SampleRange {
  readonly fromMs: number
  readonly untilMs: number
}

/**
 * What the first sample of a series holds that has none before it in the range:
 * `counted`: all of it since the scrape before. `unknown`: perhaps a lifetime of events, so none of it may be used.
 * `gap`: the series is older, and its first sample is only a place to count from.
 */
export type Birth = 'counted' | 'gap' | 'unknown'

const ONE_SCRAPE = 1.5
/** How far back a series is looked for that was not scraped for a while. */
const LOOK_BACK = '15m'

/**
 * Judges every series that begins inside the range with more than 0. Most are certain from the samples themselves (a process that was
 * scraped a moment ago shows a new label for the first time); the rest are looked up, all of them with four queries.
 */
export async function judgeBirths(
  api: PrometheusApi,
  selector: string,
  all: readonly Series[],
  own: readonly Series[],
  range: SampleRange,
): Promise<ReadonlyMap<string, Birth>> {
  const { scrapeMs } = api.setting
  const born = own.filter(
    ({ timesMs, values }) => (timesMs[0] ?? 0) > range.fromMs + ONE_SCRAPE * scrapeMs && (values[0] ?? 0) > 0,
  )
  const times = sampleTimes(all)
  const judged = new Map<string, Birth>()
  for (const series of born)
    if (wasScraped(times.get(series.target), series, scrapeMs)) judged.set(series.key, 'counted')
  const unclear = born.filter(({ key }) => !judged.has(key))
  if (unclear.length === 0) return judged
  const history = await lookUp(api, selector, unclear, range)
  for (const series of unclear) judged.set(series.key, judgeBirth(series, history, scrapeMs, range))
  return judged
}

/** By target, when it was scraped. */
export function sampleTimes(series: readonly Series[]): ReadonlyMap<string, ReadonlySet<number>> {
  const times = new Map<string, Set<number>>()
  for (const { target, timesMs } of series) {
    const known = times.get(target) ?? new Set()
    for (const time of timesMs) known.add(time)
    times.set(target, known)
  }
  return times
}

function wasScraped(times: ReadonlySet<number> | undefined, series: Series, scrapeMs: number): boolean {
  const first = series.timesMs[0] ?? 0
  return [...(times ?? [])].some((time) => time < first && time >= first - ONE_SCRAPE * scrapeMs)
}

interface History {
  /** By series: its value before the range. */
  readonly before: ReadonlyMap<string, number>
  /** By target: when Prometheus reached it. */
  readonly reached: ReadonlyMap<string, ReadonlySet<number>>
  /** By target: when the process started, milliseconds since the epoch. */
  readonly started: ReadonlyMap<string, number>
  readonly prometheusWasScraping: boolean
}

async function lookUp(
  api: PrometheusApi,
  selector: string,
  series: readonly Series[],
  range: SampleRange,
): Promise<History> {
  const seconds = `${Math.ceil((range.untilMs - range.fromMs) / 1_000)}s`
  const at = (ms: number) => (ms / 1_000).toFixed(3)
  const targets = targetMatchers(series)
  const [before, up, started, scraping] = await Promise.all([
    api.ask('query', { query: `last_over_time(${selector}[${LOOK_BACK}])`, time: at(range.fromMs) }, numberSchema),
    api.ask('query', { query: `up{${targets}}[${seconds}]`, time: at(range.untilMs) }, matrixSchema),
    api.ask(
      'query',
      { query: `process_start_time_seconds{${targets}}[${seconds}]`, time: at(range.untilMs) },
      matrixSchema,
    ),
    api.ask('query', { query: 'count(up)', time: at(range.fromMs) }, numberSchema),
  ])
  const earlier =
    before.data.resultType === 'vector'
      ? readSeries(
          {
            resultType: 'matrix',
            result: before.data.result.map(({ metric, value }) => ({ metric, values: [value] })),
          },
          selector,
        )
      : []
  const reached = readSeries(up.data, 'up').map((one) => ({
    ...one,
    timesMs: one.timesMs.filter((_, index) => one.values[index] === 1),
  }))
  return {
    before: new Map(earlier.map(({ key, values }) => [key, values[0] ?? 0])),
    reached: sampleTimes(reached),
    started: new Map(
      readSeries(started.data, 'process_start_time_seconds').map(({ target, values }) => [
        target,
        (values.at(-1) ?? 0) * 1_000,
      ]),
    ),
    prometheusWasScraping: scraping.data.resultType === 'vector' && scraping.data.result.length > 0,
  }
}

function judgeBirth(series: Series, history: History, scrapeMs: number, range: SampleRange): Birth {
  const before = history.before.get(series.key)
  if (before !== undefined) return (series.values[0] ?? 0) < before ? 'counted' : 'gap'
  if (wasScraped(history.reached.get(series.target), series, scrapeMs)) return 'counted'
  const startedMs = history.started.get(series.target)
  if (startedMs !== undefined) return startedMs >= range.fromMs ? 'counted' : 'unknown'
  // A target that a working Prometheus has not seen before is a new replica, and its counters are as young as itself.
  return history.prometheusWasScraping ? 'counted' : 'unknown'
}

/** Names exactly the targets of some series. Labels come from services, so they are escaped as hostile text. */
function targetMatchers(series: readonly Series[]): string {
  const oneOf = (label: string) => {
    const values = [...new Set(series.map(({ labels }) => labels[label] ?? ''))]
    return `${label}=~"${values.map((value) => escapeString(escapeRegex(value))).join('|')}"`
  }
  return `${oneOf('job')},${oneOf('instance')}`
}
