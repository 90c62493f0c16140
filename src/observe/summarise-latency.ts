import type { LatencySummary, TrafficRecords } from '../model/ports.ts'
import { latencyHistogram } from './latency-histogram.ts'

/** How long the answered ones took, and how the others failed, most frequent first. */
export function summariseLatency(records: TrafficRecords): LatencySummary {
  const counts = new Map<string, number>()
  for (let index = 0; index < records.length; index += 1) {
    if (records.ok[index] === 1) continue
    const what = records.failureKinds[records.failure[index] ?? 0] ?? 'unknown'
    counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  const failures = [...counts]
    .map(([what, count]) => ({ what, count }))
    .sort((a, b) => b.count - a.count || (a.what < b.what ? -1 : 1))
  const failed = failures.reduce((sum, { count }) => sum + count, 0)
  return {
    histogram: latencyHistogram({ answeredMs: answered(records), failed, timeoutMs: records.timeoutMs }),
    failures,
  }
}

/** Latencies of answered requests, in milliseconds. */
export function* answered(records: TrafficRecords): Iterable<number> {
  for (let index = 0; index < records.length; index += 1) {
    if (records.ok[index] === 1) yield records.latencyMs[index] ?? 0
  }
}
