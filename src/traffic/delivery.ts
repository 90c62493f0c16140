import type { Problem } from '../model/measurement.ts'
import { isLate, latenessLimitMs, nearestRank } from './lateness.ts'
import { type StoredRow, UNSENT } from './record-store.ts'

/** A due time that falls on the edge of a window belongs to the later one, however the division was rounded. */
const ROUNDING = 1e-6

/** What was planned for a span of time, and what the generator made of it. */
export interface Delivery {
  readonly planned: number
  /** Every row that was due in the span, sent or not. */
  readonly rows: readonly StoredRow[]
  readonly timeoutMs: number
}

/** Reasons why these requests are not the ones that were asked for, each with its numbers. */
export function deliveryProblems({ planned, rows, timeoutMs }: Delivery): readonly Problem[] {
  const sent = rows.filter(({ state }) => state !== UNSENT)
  const problems: Problem[] = []
  if (sent.length < planned) {
    problems.push({ code: 'LOAD_NOT_DELIVERED', detail: `${sent.length} of ${planned} planned requests were sent` })
  }
  const lateness = sent.map(({ lateMs }) => lateMs)
  const limitMs = latenessLimitMs(timeoutMs)
  if (isLate(lateness, limitMs)) {
    const p99 = Math.round(nearestRank(lateness, 0.99) ?? 0)
    problems.push({
      code: 'LOAD_NOT_DELIVERED',
      detail: `requests were sent late by this machine: 99th percentile ${p99} ms after they were due, at most ${limitMs} ms is allowed`,
    })
  }
  return problems
}

/**
 * How many due times start + i / rate lie in [fromMs, toMs); also those before the start, which were planned for
 * a window that began too early and never sent. Milliseconds and requests a second.
 */
export function plannedBetween(startMs: number, ratePerSecond: number, fromMs: number, toMs: number): number {
  const before = (ms: number) => Math.ceil(((ms - startMs) * ratePerSecond) / 1_000 - ROUNDING)
  return Math.max(0, before(toMs) - before(fromMs))
}
