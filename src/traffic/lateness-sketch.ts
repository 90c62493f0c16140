import { build } from 'hdr-histogram-js'

/** The lateness of a whole run in constant memory. */
export interface LatenessSketch {
  readonly add: (ms: number) => void
  /** Null of nothing. */
  readonly p99Ms: () => number | null
}

const MICROSECONDS = 1_000
const HOUR_US = 3_600_000_000

export function createLatenessSketch(): LatenessSketch {
  const histogram = build({
    bitBucketSize: 32,
    numberOfSignificantValueDigits: 2,
    autoResize: false,
    highestTrackableValue: HOUR_US,
  })
  return {
    add: (ms) => histogram.recordValue(Math.min(HOUR_US, Math.max(0, Math.round(ms * MICROSECONDS)))),
    p99Ms: () => (histogram.totalCount === 0 ? null : histogram.getValueAtPercentile(99) / MICROSECONDS),
  }
}
