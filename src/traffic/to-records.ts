import type { Problem } from '../model/measurement.ts'
import type { TrafficRecords } from '../model/ports.ts'
import { OK, type StoredRow } from './record-store.ts'

/** Columns of requests that have ended, in order of due time. */
export function toRecords(
  rows: readonly StoredRow[],
  facts: {
    readonly failureKinds: readonly string[]
    readonly timeoutMs: number
    readonly problems: readonly Problem[]
  },
): TrafficRecords {
  return {
    length: rows.length,
    dueMs: Float64Array.from(rows, (row) => row.dueMs),
    latencyMs: Float64Array.from(rows, (row) => row.latencyMs),
    ok: Uint8Array.from(rows, (row) => (row.state === OK ? 1 : 0)),
    failure: Uint8Array.from(rows, (row) => (row.state === OK ? 0 : row.failure)),
    ...facts,
  }
}
