// This file of the library alone: its index also decompresses and compiles WebAssembly that is not used here.
import { constructorFromBucketSize } from 'hdr-histogram-js/dist/JsHistogramFactory.js'
import type { Histogram } from '../model/measurement.ts'

const Int32Histogram = constructorFromBucketSize(32)

export interface Latencies {
  /** Milliseconds of requests that were answered. */
  readonly answeredMs: Iterable<number>
  /** Requests whose users got no answer: all that is known is that they waited in vain. */
  readonly failed: number
  readonly timeoutMs: number
}

const MICROSECONDS = 1_000
const LONGEST_US = 3_600_000_000
const DIGITS = 3

/**
 * An HDR histogram (hdrhistogram.org) with three significant digits, as sparse buckets by upper edge in milliseconds.
 * What failed, or was answered only after the time limit, is in the overflow, which begins at the time limit.
 */
export function latencyHistogram({ answeredMs, failed, timeoutMs }: Latencies): Histogram {
  const histogram = new Int32Histogram(1, LONGEST_US, DIGITS)
  let overflow = failed
  for (const ms of answeredMs) {
    if (ms > timeoutMs) overflow += 1
    // Rounded up, so that no request was slower than the edge of its bucket.
    else histogram.recordValue(Math.min(LONGEST_US, Math.ceil(Math.max(0, ms) * MICROSECONDS)))
  }
  return {
    buckets: bucketsOf(histogram),
    overflow,
    overflowFromMs: timeoutMs,
    n: histogram.totalCount + overflow,
    precision: 10 ** -DIGITS,
  }
}

function bucketsOf(histogram: InstanceType<typeof Int32Histogram>): readonly (readonly [number, number])[] {
  const buckets: (readonly [number, number])[] = []
  const recorded = histogram.recordedValuesIterator
  recorded.reset()
  while (recorded.hasNext()) {
    const { valueIteratedTo, countAddedInThisIterationStep } = recorded.next()
    buckets.push([valueIteratedTo / MICROSECONDS, countAddedInThisIterationStep])
  }
  return buckets
}
