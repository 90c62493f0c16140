import type { ReasonCode } from './verdict.ts'

export const WINDOWS = ['baseline', 'fault', 'recovery'] as const
export type WindowName = (typeof WINDOWS)[number]

/**
 * Raw counts of one objective in one window, in slices that do not overlap.
 * Never a rate and never an interpolated quantile (docs/design/0003-judging.md).
 */
export interface Measurement {
  readonly objective: string
  readonly window: WindowName
  /** Milliseconds since the epoch, [start, end). */
  readonly startMs: number
  readonly endMs: number
  readonly sliceMs: number
  /** In order; a slice in which nothing was seen has n = 0 (shares) or value null (values). */
  readonly slices: readonly Slice[]
  /** For latency quantiles: every request of the window. */
  readonly histogram: Histogram | undefined
  /** What makes this measurement worth less, found while reading it. */
  readonly problems: readonly Problem[]
  /** Set where Prometheus was asked: the queries as sent. */
  readonly queries: readonly string[]
}

export interface Slice {
  readonly startMs: number
  /** Events, and the bad ones among them. For values n is the number of samples and bad is 0. */
  readonly n: number
  readonly bad: number
  /** Where a histogram has no bucket edge at the limit: the fewest that can have been bad. Equal to `bad` elsewhere. */
  readonly badAtLeast: number
  readonly value: number | null
}

/** Counts by upper edge, ascending; `overflow` counts what has no upper edge (failed, or above the last bucket). */
export interface Histogram {
  readonly buckets: readonly (readonly [upperMs: number, count: number])[]
  readonly overflow: number
  /** Lower edge of the overflow: every counted one was at least this slow. */
  readonly overflowFromMs: number
  readonly n: number
  /** Widest relative error of an edge, such as 0.001 for three significant digits. */
  readonly precision: number
}

export interface Problem {
  readonly code: ReasonCode
  readonly detail: string
}
