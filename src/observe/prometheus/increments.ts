import type { WindowSpan } from '../../model/ports.ts'
import type { Series } from './series.ts'
import { Unmeasurable } from './unmeasurable.ts'

/** What one series counted in a window. */
export interface Counted {
  readonly series: Series
  /** Events by slice of the window. */
  readonly slices: readonly number[]
  readonly total: number
  /** Times of samples that were below the one before: the process began again. */
  readonly resetsMs: readonly number[]
}

export interface Grid {
  readonly span: WindowSpan
  readonly scrapeMs: number
  readonly slices: number
}

/** Prometheus has a sample a scrape, so its slices are no shorter; what is left at the end belongs to the last one. */
export function gridFor(span: WindowSpan, scrapeMs: number): Grid {
  const sliceMs = Math.max(span.sliceMs, scrapeMs)
  return {
    span: { ...span, sliceMs },
    scrapeMs,
    slices: Math.max(1, Math.floor((span.endMs - span.startMs) / sliceMs + 1e-9)),
  }
}

/**
 * When the events happened that a sample shows for the first time: half a scrape before it, on average.
 * So each increment belongs to exactly one of two windows that adjoin.
 */
function eventTime(sampleMs: number, scrapeMs: number): number {
  return sampleMs - scrapeMs / 2
}

/**
 * The slice of each sample, by counting the target's scrapes from its first one in the window: a scrape that is some
 * milliseconds late would otherwise fall into its neighbour's slice. Undefined outside the window.
 */
export function sliceOfSamples(
  sampleTimesMs: Iterable<number>,
  { span, scrapeMs, slices }: Grid,
): (sampleMs: number) => number | undefined {
  const inside = [...sampleTimesMs]
    .map((time) => eventTime(time, scrapeMs))
    .filter((at) => at >= span.startMs && at < span.endMs)
  const first = Math.min(...inside)
  return (sampleMs) => {
    const at = eventTime(sampleMs, scrapeMs)
    if (at < span.startMs || at >= span.endMs) return undefined
    const aligned = first - span.startMs + Math.round((at - first) / scrapeMs) * scrapeMs
    return Math.min(slices - 1, Math.floor(aligned / span.sliceMs))
  }
}

/**
 * Differences of adjacent samples; a decrease means that the counter began again from 0.
 * `bornAtZero`: the first sample is the first of the series' life, and all that it holds was counted since the scrape before.
 * Throws Unmeasurable when it does not count whole events.
 */
export function countSeries(
  series: Series,
  sliceOf: (sampleMs: number) => number | undefined,
  bornAtZero: boolean,
  grid: Grid,
): Counted {
  const slices = new Array<number>(grid.slices).fill(0)
  const resetsMs: number[] = []
  series.timesMs.forEach((time, index) => {
    const slice = sliceOf(time)
    const before = index > 0 ? series.values[index - 1] : bornAtZero ? 0 : undefined
    if (slice === undefined || before === undefined) return
    const value = series.values[index] ?? 0
    if (value < before) resetsMs.push(time)
    const increment = value < before ? value : value - before
    if (Math.abs(increment - Math.round(increment)) > 1e-6)
      throw new Unmeasurable('NO_DATA', `it counts ${increment}, which is not a whole number of events: ${series.key}`)
    slices[slice] = (slices[slice] ?? 0) + Math.round(increment)
  })
  return { series, slices, total: slices.reduce((sum, count) => sum + count, 0), resetsMs }
}
