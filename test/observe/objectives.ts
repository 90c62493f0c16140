import type { Measurement } from '../../src/model/measurement.ts'
import type { PlannedObjective } from '../../src/model/plan.ts'
import type { Traffic, TrafficRecords } from '../../src/model/ports.ts'
import type { Indicator, Need } from '../../src/model/suite.ts'

export function objective(indicator: Indicator, need: Need = { kind: 'share', target: 0.99 }): PlannedObjective {
  return { name: 'objective', indicator, need, line: 1 }
}

export const ratio = (bad: string, total: string) => objective({ source: 'prometheus', kind: 'ratio', bad, total })
export const value = (query: string) =>
  objective({ source: 'prometheus', kind: 'value', query }, { kind: 'below', value: 30 })
export const histogramUnder = (histogram: string, ms: number) =>
  objective({ source: 'prometheus', kind: 'histogram-under', histogram, ms })
export const histogramQuantile = (histogram: string, quantile: number) =>
  objective(
    { source: 'prometheus', kind: 'histogram-quantile', histogram, quantile },
    { kind: 'increase', atMost: 200 },
  )

export function sums({ slices }: Measurement): { n: number; bad: number; badAtLeast: number } {
  const add = (pick: (slice: Measurement['slices'][number]) => number) =>
    slices.reduce((sum, slice) => sum + pick(slice), 0)
  return { n: add(({ n }) => n), bad: add(({ bad }) => bad), badAtLeast: add(({ badAtLeast }) => badAtLeast) }
}

export function recordsFrom(
  rows: readonly { readonly dueMs: number; readonly latencyMs: number; readonly failure: number }[],
  timeoutMs: number,
  problems: TrafficRecords['problems'] = [],
): TrafficRecords {
  return {
    length: rows.length,
    dueMs: Float64Array.from(rows, ({ dueMs }) => dueMs),
    latencyMs: Float64Array.from(rows, ({ latencyMs }) => latencyMs),
    ok: Uint8Array.from(rows, ({ failure }) => (failure === 0 ? 1 : 0)),
    failure: Uint8Array.from(rows, ({ failure }) => failure),
    failureKinds: ['ok', 'timeout', 'status 503'],
    timeoutMs,
    problems,
  }
}

/** Traffic whose records are known. */
export function trafficOf(records: TrafficRecords): Traffic {
  return {
    kind: 'http',
    start: async () => {},
    settle: async () => {},
    records: (startMs, endMs) => {
      const inside = [...records.dueMs.keys()].filter(
        (index) => (records.dueMs[index] ?? 0) >= startMs && (records.dueMs[index] ?? 0) < endMs,
      )
      const rows = inside.map((index) => ({
        dueMs: records.dueMs[index] ?? 0,
        latencyMs: records.latencyMs[index] ?? 0,
        failure: records.failure[index] ?? 0,
      }))
      return recordsFrom(rows, records.timeoutMs, records.problems)
    },
    forget: () => {},
    stats: () => ({ requests: records.length, lateP99Ms: null, description: 'known' }),
    stop: async () => {},
  }
}
