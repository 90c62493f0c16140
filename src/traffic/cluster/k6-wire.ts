import * as z from 'zod'
import { createFailureKinds } from '../failure-kinds.ts'
import type { K6Listener, K6Request } from '../k6-stream.ts'
import { readLine, rounded } from './batch-lines.ts'

/**
 * What the container beside k6 writes, one line a batch, and the command line reads from its log. k6 tells some five
 * kilobytes of each request, more than a log should carry; this is some thirty bytes. Lines are numbered, so that a log
 * that is asked for again after a break tells nothing twice and hides nothing.
 */
const batchSchema = z.strictObject({
  k6: z.int().min(0),
  /** The node's clock when the line was written; all times are milliseconds since the epoch by that clock. */
  at: z.number(),
  /** The latest time of which k6 has told. */
  heardMs: z.number(),
  /** Names of failures, in the order of their numbers; 0 is `ok`. */
  kinds: z.array(z.string().max(120)).max(256),
  /** Due, latency (ms), number of the failure. */
  rows: z.array(z.tuple([z.number(), z.number().min(0), z.int().min(0).max(255)])),
  /** When, and how many iterations k6 could not begin. */
  dropped: z.array(z.tuple([z.number(), z.number().min(0)])),
  /** k6 has ended, and this is the last line. */
  over: z.literal(true).optional(),
})
export type K6Batch = z.infer<typeof batchSchema>

/** Longer lines are cut into pieces by the container runtime. */
const MOST_ROWS = 250
const MOST_CHARACTERS = 120

/** Undefined for a line that is no batch: whatever else is written to a log. */
export function readK6Batch(line: string): K6Batch | undefined {
  return readLine(batchSchema, 'k6', line)
}

export function requestsOf({ rows, kinds }: K6Batch): readonly K6Request[] {
  return rows.map(([dueMs, latencyMs, kind]) => ({
    dueMs,
    latencyMs,
    failure: kind === 0 ? undefined : (kinds[kind] ?? 'request failed'),
  }))
}

/** Collects what k6 tells between two lines. */
export function createK6Batcher(): {
  readonly listener: K6Listener
  /** The next lines, with what was heard since those before; one at least. */
  readonly lines: (at: number, over: boolean) => readonly string[]
} {
  let number = 0
  let heardMs = 0
  let rows: K6Batch['rows'] = []
  let dropped: K6Batch['dropped'] = []
  const kinds = createFailureKinds()
  const kindOf = (failure: string | undefined) =>
    failure === undefined ? 0 : kinds.indexOf(failure.slice(0, MOST_CHARACTERS))
  return {
    listener: {
      onRequest: ({ dueMs, latencyMs, failure }) =>
        rows.push([rounded(dueMs), Math.max(0, rounded(latencyMs)), kindOf(failure)]),
      onDropped: (count, atMs) => dropped.push([atMs, count]),
      onTime: (ms) => {
        heardMs = Math.max(heardMs, ms)
      },
    },
    lines: (at, over) => {
      const lines: string[] = []
      do {
        const part = rows.slice(0, MOST_ROWS)
        rows = rows.slice(MOST_ROWS)
        const isLast = rows.length === 0
        const batch: K6Batch = {
          k6: number++,
          at,
          // What was heard last is told with the last of it: until then some requests are still on their way.
          heardMs: isLast ? heardMs : Math.min(heardMs, ...part.map(([dueMs]) => dueMs)),
          kinds: [...kinds.names()],
          rows: part,
          dropped: isLast ? dropped : [],
          ...(over && isLast ? { over } : {}),
        }
        lines.push(JSON.stringify(batch))
      } while (rows.length > 0)
      dropped = []
      return lines
    },
  }
}
