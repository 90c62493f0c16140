import type { Clock } from '../../kit/clock.ts'
import { SeaworthyError } from '../../kit/errors.ts'

/** The outcome of `work` if it comes within `limitMs`; else throws SeaworthyError('ENGINE'). The work itself is not stopped. */
export async function within<T>(clock: Clock, limitMs: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const limit = clock.sleep(limitMs, timer.signal).then(
    () => {
      throw new SeaworthyError('ENGINE', `it did not end within ${limitMs} ms`)
    },
    () => work,
  )
  // The race may be lost: then nobody else hears how the other ended.
  limit.catch(() => undefined)
  work.catch(() => undefined)
  try {
    return await Promise.race([work, limit])
  } finally {
    timer.abort()
  }
}
