import type { JournalExperiment } from '../../model/journal.ts'

export type LatencyHistogram = NonNullable<JournalExperiment['latency']['fault']>

/** A quantile of a histogram in ms: the upper edge of its bucket. `over` where it lies beyond the last edge, null without requests. */
export function quantileOf(
  { buckets, n, overflowFromMs }: LatencyHistogram,
  quantile: number,
): { readonly ms: number; readonly over: boolean } | null {
  if (n === 0) return null
  const rank = Math.ceil(quantile * n)
  let counted = 0
  for (const [upperMs, count] of buckets) {
    counted += count
    if (counted >= rank) return { ms: upperMs, over: false }
  }
  return { ms: overflowFromMs, over: true }
}

/** Requests in each of `cells` equal parts of a logarithmic axis. A bucket's requests are spread evenly over what it covers. */
export function logCells(histogram: LatencyHistogram, fromMs: number, toMs: number, cells: number): number[] {
  const counts = Array.from({ length: cells }, () => 0)
  const at = (ms: number) => (Math.log(Math.max(ms, fromMs) / fromMs) / Math.log(toMs / fromMs)) * cells
  let lowerMs = 0
  for (const [upperMs, count] of histogram.buckets) {
    // Empty buckets may have been left out, so the last edge is not always where this bucket starts.
    const low = at(Math.max(lowerMs, upperMs * (1 - Math.max(histogram.precision, 1 / cells))))
    spread(counts, Math.min(low, cells - 1), Math.min(Math.max(at(upperMs), low), cells), count)
    lowerMs = upperMs
  }
  return counts
}

function spread(counts: number[], low: number, high: number, count: number): void {
  const width = high - low
  for (let cell = Math.floor(low); cell < counts.length && cell <= high; cell++) {
    const part = width === 0 ? 1 : Math.max(0, Math.min(high, cell + 1) - Math.max(low, cell)) / width
    counts[cell] = (counts[cell] ?? 0) + count * part
    if (width === 0) return
  }
}

/** Each cell with a quarter of its neighbours: takes the comb out of buckets that are as narrow as a cell. */
export function smoothed(counts: readonly number[]): number[] {
  return counts.map((count, index) => (counts[index - 1] ?? 0) / 4 + count / 2 + (counts[index + 1] ?? 0) / 4)
}
