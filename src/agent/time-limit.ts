import type { Clock } from '../kit/clock.ts'
import { SeaworthyError } from '../kit/errors.ts'

/**
 * Waits for `work` no longer than `limitMs`; then throws SeaworthyError('ENGINE'), and calls `late` if the work ends after all,
 * since what it did then nobody has accounted for.
 */
export async function withTimeLimit(
  clock: Clock,
  limitMs: number,
  work: Promise<void>,
  late: () => void,
): Promise<void> {
  const timer = new AbortController()
  let over = false
  const limit = clock.sleep(limitMs, timer.signal).then(
    () => {
      over = true
      throw new SeaworthyError('ENGINE', `it did not end within ${limitMs} ms`)
    },
    () => undefined,
  )
  const guarded = work.finally(() => {
    timer.abort()
    if (over) late()
  })
  // The race may be lost: then nobody else hears how the work ended.
  guarded.catch(() => undefined)
  await Promise.race([guarded, limit.then(() => guarded)])
}
