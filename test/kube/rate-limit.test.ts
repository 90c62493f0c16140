import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRateLimit } from '../../src/kube/rate-limit.ts'
import { skippingClock } from './fake-api.ts'

it('lets no more through than the bucket holds and gets, whenever they come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 10 }),
      fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 60 }),
      async (perSecond, burst, pauses) => {
        const clock = skippingClock()
        const start = clock.monotonic()
        const limit = createRateLimit(perSecond, burst, clock)
        const passed: number[] = []
        for (const pause of pauses) {
          await clock.sleep(pause)
          await limit.take()
          passed.push(clock.monotonic() - start)
        }
        for (const [from, at] of passed.entries())
          for (const [offset, until] of passed.slice(from).entries())
            expect(offset + 1).toBeLessThanOrEqual(burst + ((until - at) * perSecond) / 1_000 + 1e-6)
      },
    ),
  )
})

it('gives a place in the queue back to the next when somebody leaves', async () => {
  const clock = skippingClock()
  const limit = createRateLimit(1, 1, clock)
  await limit.take()
  await expect(limit.take(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
  await limit.take()
  expect(clock.slept).toEqual([1_000])
})
