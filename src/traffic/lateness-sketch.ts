// This file of the library alone: its index also decompresses and compiles WebAssembly that is not used here.
import { constructorFromBucketSize } from 'hdr-histogram-js/dist/JsHistogramFactory.js'

/** The lateness of a whole run in constant memory. */
export interface LatenessSketch {
  readonly add: (ms: number) => void
  /** Null of nothing. */
  readonly p99Ms: () => number | null
}

const MICROSECONDS = 1_000
const HOUR_US = 3_600_000_000
const DIGITS = 2

const Int32Histogram = constructorFromBucketSize(32)

export function createLatenessSketch(): LatenessSketch {
  const histogram = new Int32Histogram(1, HOUR_US, DIGITS)
  return {
    add: (ms) => histogram.recordValue(Math.min(HOUR_US, Math.max(0, Math.round(ms * MICROSECONDS)))),
    p99Ms: () => (histogram.totalCount === 0 ? null : histogram.getValueAtPercentile(99) / MICROSECONDS),
  }
}
