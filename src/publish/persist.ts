import type { Clock } from '../kit/clock.ts'
import { headerOf, statusOf } from './github-client.ts'

export interface Patience {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>
  /** On the clock's monotonic scale; no attempt starts later. */
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

const MOST_ATTEMPTS = 4
const FIRST_WAIT_MS = 500

/**
 * Tries again what failed for a reason that passes: no answer, a server's error, a rate limit. `work` must be safe to
 * repeat, since an answer may be lost after the work was done. Waits as long as GitHub asks (`retry-after`), and gives
 * up at once where that is longer than the time that is left. Rejects with the last error.
 */
export async function persist<T>(work: () => Promise<T>, { clock, deadlineMs, signal }: Patience): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      const waitMs = askedToWaitMs(error) ?? FIRST_WAIT_MS * 2 ** (attempt - 1)
      const hopeless = !mayPass(error) || attempt === MOST_ATTEMPTS || clock.monotonic() + waitMs >= deadlineMs
      if (hopeless || signal.aborted) throw error
      await clock.sleep(waitMs, signal)
    }
  }
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

/** What `retry-after` asks for, in milliseconds; GitHub gives seconds. */
export function askedToWaitMs(error: unknown): number | undefined {
  const header = headerOf(error, 'retry-after')
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined
}

function mayPass(error: unknown): boolean {
  const status = statusOf(error)
  return status === undefined || status >= 500 || isRateLimit(error)
}
