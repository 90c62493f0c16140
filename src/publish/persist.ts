import type { Clock } from '../kit/clock.ts'
import { headerOf, statusOf } from './github-client.ts'

export interface Patience {
  readonly clock: Pick<Clock, 'monotonic' | 'now' | 'sleep'>
  /** On the clock's monotonic scale; no attempt starts later. */
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

const MOST_ATTEMPTS = 4
const FIRST_WAIT_MS = 500
/** What GitHub asks for where a secondary limit names no time: "wait for at least one minute" (REST API, rate limits). */
const SECONDARY_LIMIT_MS = 60_000

/**
 * Tries again what failed for a reason that passes: no answer, a server's error, a rate limit. `work` must be safe to
 * repeat, since an answer may be lost after the work was done. Waits as long as GitHub asks (`retry-after`,
 * `x-ratelimit-reset`), and gives up at once where that is longer than the time that is left. Rejects with the last error.
 */
export async function persist<T>(work: () => Promise<T>, patience: Patience): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      await waitAfter(error, attempt, patience)
    }
  }
}

/** Waits before the attempt that follows this one, or rejects with `error` where another makes no sense. */
export async function waitAfter(error: unknown, attempt: number, { clock, deadlineMs, signal }: Patience) {
  const waitMs = askedToWaitMs(error, clock.now()) ?? FIRST_WAIT_MS * 2 ** (attempt - 1)
  const hopeless = !mayPass(error) || attempt >= MOST_ATTEMPTS || clock.monotonic() + waitMs >= deadlineMs
  if (hopeless || signal.aborted) throw error
  await clock.sleep(waitMs, signal)
}

/** No answer came, or that of a server which failed: the work may be done, or may still be done later. */
export function isInDoubt(error: unknown): boolean {
  const status = statusOf(error)
  return status === undefined || status >= 500
}

/** A secondary rate limit is a 403 too, and says so by a header or in words. */
export function isRateLimit(error: unknown): boolean {
  const status = statusOf(error)
  if (status === 429) return true
  const message = error instanceof Error ? error.message : ''
  return (
    status === 403 &&
    (headerOf(error, 'retry-after') !== undefined ||
      headerOf(error, 'x-ratelimit-remaining') === '0' ||
      /rate limit/i.test(message))
  )
}

/** What a refusal asks for, in milliseconds, or undefined where it asks for nothing. GitHub gives seconds. */
export function askedToWaitMs(error: unknown, nowMs: number): number | undefined {
  const header = headerOf(error, 'retry-after')
  if (header !== undefined && /^\d{1,6}$/.test(header)) return Number(header) * 1_000
  if (!isRateLimit(error)) return undefined
  const reset = headerOf(error, 'x-ratelimit-reset')
  const used = headerOf(error, 'x-ratelimit-remaining') === '0'
  if (used && reset !== undefined && /^\d{1,12}$/.test(reset)) return Math.max(1_000, Number(reset) * 1_000 - nowMs)
  return SECONDARY_LIMIT_MS
}

function mayPass(error: unknown): boolean {
  return isInDoubt(error) || isRateLimit(error)
}
