/** What became of a request. `unsent`: the generator could not send it in time, so it says nothing about the service. */
export const PENDING = 0
export const OK = 1
export const FAILED = 2
export const UNSENT = 3
type Outcome = typeof OK | typeof FAILED | typeof UNSENT

/**
 * Rows of numbers in typed arrays that grow: about 22 bytes a request, no object a request.
 * Rows are addressed by a number that stays the same when older rows are forgotten.
 */
export interface RecordStore {
  /** Adds a row that has not ended and returns its number. */
  readonly open: (dueMs: number) => number
  readonly sent: (row: number, lateMs: number) => void
  readonly end: (row: number, outcome: Outcome, latencyMs: number, failure: number) => void
  readonly isPending: (row: number) => boolean
  /** Rows with a due time in [startMs, endMs), in order of due time. */
  readonly rows: (startMs: number, endMs: number) => readonly number[]
  readonly at: (row: number) => StoredRow | undefined
  /** Whether a request that was due before has not ended. */
  readonly pendingBefore: (untilMs: number) => boolean
  /** Due time of the oldest request that has not ended. */
  readonly firstPendingMs: () => number | undefined
  readonly forget: (beforeMs: number) => void
}

export interface StoredRow {
  readonly dueMs: number
  readonly latencyMs: number
  readonly lateMs: number
  readonly state: number
  readonly failure: number
}

const FIRST_CAPACITY = 1_024

export function createRecordStore(): RecordStore {
  let columns = newColumns(FIRST_CAPACITY)
  /** Number of the row at place 0, count of rows, first row that may be pending. */
  let base = 0
  let count = 0
  let firstPending = 0
  /** Rows of a generator that learns of a request when it has ended come in any order. */
  let ordered = true

  const place = (row: number) => row - base
  const compact = (drop: number, capacity: number) => {
    columns = copyColumns(columns, drop, count, capacity)
    base += drop
    count -= drop
    firstPending = Math.max(firstPending, base)
  }
  const oldestPending = () => {
    while (firstPending < base + count && columns.state[place(firstPending)] !== PENDING) firstPending += 1
    return firstPending >= base + count ? undefined : columns.due[place(firstPending)]
  }
  return {
    open: (dueMs) => {
      if (count === columns.due.length) compact(0, count * 2)
      if (count > 0 && dueMs < (columns.due[count - 1] ?? 0)) ordered = false
      columns.due[count] = dueMs
      columns.state[count] = PENDING
      return base + count++
    },
    sent: (row, lateMs) => {
      columns.late[place(row)] = lateMs
    },
    end: (row, outcome, latencyMs, failure) => {
      if (row < base) return
      columns.state[place(row)] = outcome
      columns.latency[place(row)] = latencyMs
      columns.failure[place(row)] = failure
    },
    isPending: (row) => row >= base && columns.state[place(row)] === PENDING,
    rows: (startMs, endMs) => selectRows(columns.due, count, ordered, startMs, endMs).map((index) => base + index),
    at: (row) => (row < base || place(row) >= count ? undefined : rowAt(columns, place(row))),
    pendingBefore: (untilMs) => (oldestPending() ?? Number.POSITIVE_INFINITY) < untilMs,
    firstPendingMs: oldestPending,
    forget: (beforeMs) => {
      let drop = 0
      while (drop < count && (columns.due[drop] ?? 0) < beforeMs && columns.state[drop] !== PENDING) drop += 1
      if (drop > 0) compact(drop, Math.max(FIRST_CAPACITY, 2 ** Math.ceil(Math.log2(count - drop + 1))))
    },
  }
}

interface Columns {
  readonly due: Float64Array
  readonly latency: Float64Array
  readonly late: Float32Array
  readonly state: Uint8Array
  readonly failure: Uint8Array
}

function newColumns(capacity: number): Columns {
  return {
    due: new Float64Array(capacity),
    latency: new Float64Array(capacity),
    late: new Float32Array(capacity),
    state: new Uint8Array(capacity),
    failure: new Uint8Array(capacity),
  }
}

function copyColumns(from: Columns, start: number, end: number, capacity: number): Columns {
  const to = newColumns(capacity)
  to.due.set(from.due.subarray(start, end))
  to.latency.set(from.latency.subarray(start, end))
  to.late.set(from.late.subarray(start, end))
  to.state.set(from.state.subarray(start, end))
  to.failure.set(from.failure.subarray(start, end))
  return to
}

function rowAt(columns: Columns, index: number): StoredRow {
  return {
    dueMs: columns.due[index] ?? 0,
    latencyMs: columns.latency[index] ?? 0,
    lateMs: columns.late[index] ?? 0,
    state: columns.state[index] ?? PENDING,
    failure: columns.failure[index] ?? 0,
  }
}

function selectRows(due: Float64Array, count: number, ordered: boolean, startMs: number, endMs: number): number[] {
  const inside: number[] = []
  for (let index = ordered ? firstAtOrAfter(due, count, startMs) : 0; index < count; index += 1) {
    const at = due[index] ?? 0
    if (at >= endMs && ordered) break
    if (at >= startMs && at < endMs) inside.push(index)
  }
  return ordered ? inside : inside.sort((a, b) => (due[a] ?? 0) - (due[b] ?? 0))
}

function firstAtOrAfter(due: Float64Array, count: number, ms: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((due[middle] ?? 0) < ms) low = middle + 1
    else high = middle
  }
  return low
}
