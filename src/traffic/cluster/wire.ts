import * as z from 'zod'
import type { EndedRequest } from '../http-traffic.ts'
import { FAILED, OK, UNSENT } from '../record-store.ts'
import { readLine, rounded } from './batch-lines.ts'

/**
 * What a traffic pod writes, one line a batch, and the command line reads from the pod's log. Lines are numbered, so that a
 * log that is asked for again after a break tells nothing twice and hides nothing.
 */
const batchSchema = z.strictObject({
  batch: z.int().min(0),
  /** The pod's clock when the line was written; all times are milliseconds since the epoch by that clock. */
  at: z.number(),
  /** When request 0 was due: what was planned for a window is counted from here. */
  startMs: z.number(),
  /** Every request due before was sent, and every one due before `endedMs` has ended. */
  dueMs: z.number(),
  endedMs: z.number(),
  /** Names of failures, in the order of their numbers; 0 is `ok`. */
  kinds: z.array(z.string().max(120)).max(256),
  /** Due, lateness, latency (ms), outcome, number of the failure. */
  rows: z.array(
    z.tuple([z.number(), z.number(), z.number(), z.literal([OK, FAILED, UNSENT]), z.int().min(0).max(255)]),
  ),
  /** Why the generator ended, in its last line. */
  broken: z.string().max(500).optional(),
})
export type Batch = z.infer<typeof batchSchema>

/** Undefined for a line that is no batch: whatever else is written to a log. */
export function readBatch(line: string): Batch | undefined {
  return readLine(batchSchema, 'batch', line)
}

/** Collects ended requests between two lines. */
export function createBatcher() {
  let batch = 0
  let rows: Batch['rows'] = []
  const kinds = ['ok']
  return {
    add: ({ dueMs, lateMs, latencyMs, outcome, failure }: EndedRequest) => {
      if (!kinds.includes(failure) && kinds.length < 255) kinds.push(failure)
      const kind = Math.max(0, kinds.indexOf(failure))
      // Due times in full: a rounded one may fall into another window than the one it was planned for.
      rows.push([dueMs, rounded(lateMs), rounded(latencyMs), outcome, kind])
    },
    /** The next line, with what was added since the one before. */
    line: (at: number, progress: Pick<Batch, 'startMs' | 'dueMs' | 'endedMs'>, broken?: string): string => {
      const written: Batch = {
        batch: batch++,
        at,
        startMs: progress.startMs,
        dueMs: progress.dueMs,
        endedMs: progress.endedMs,
        kinds,
        rows,
        ...(broken === undefined ? {} : { broken }),
      }
      rows = []
      return JSON.stringify(written)
    },
  }
}
