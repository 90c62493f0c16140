import type { Clock } from '../kit/clock.ts'

/** A token bucket: at most `burst` at once and `perSecond` in the long run; who comes later waits in turn. */
export interface RateLimit {
  readonly take: (signal?: AbortSignal) => Promise<void>
}

export function createRateLimit(perSecond: number, burst: number, clock: Clock): RateLimit {
  let tokens = burst
  let countedAt = clock.monotonic()
  return {
    take: async (signal) => {
      const now = clock.monotonic()
      tokens = Math.min(burst, tokens + ((now - countedAt) * perSecond) / 1_000) - 1
      countedAt = now
      // A debt is the place in the queue: each who comes waits for the token that will be his.
      if (tokens >= 0) return
      try {
        await clock.sleep((-tokens * 1_000) / perSecond, signal)
      } catch (error) {
        tokens += 1
        throw error
      }
    },
  }
}
