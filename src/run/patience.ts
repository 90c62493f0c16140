import type { Clock } from '../kit/clock.ts'
import { SeaworthyError } from '../kit/errors.ts'

/** Longer than any end that still comes: the agent and the platform give up on single actions long before. */
const PATIENCE_MS = 60_000

/** The result of work that nobody can cancel, or SeaworthyError('ENGINE') when it takes longer than anything that still ends. */
export async function patiently<T>(clock: Clock, what: string, work: () => Promise<T>): Promise<T> {
  const ended = new AbortController()
  const limit = clock.sleep(PATIENCE_MS, ended.signal).then(() => {
    throw new SeaworthyError('ENGINE', `${what} did not end within ${PATIENCE_MS / 1_000} s`)
  })
  limit.catch(() => undefined)
  try {
    return await Promise.race([work(), limit])
  } finally {
    ended.abort()
  }
}
