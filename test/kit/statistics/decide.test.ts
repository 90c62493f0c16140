import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide } from '../../../src/kit/statistics/decide.ts'
import { holds, mostBadToPass, quantileMinimum, zeroFailureMinimum } from '../../../src/kit/statistics/sample-size.ts'

describe('what can be decided', () => {
  test.each([
    [0.05, 59],
    [0.01, 299],
    [1 - 0.99, 299],
    [1 - 0.995, 598],
    [0.001, 2_995],
  ])('a limit of %f needs %i without a failure', (limit, least) => {
    expect(zeroFailureMinimum(limit)).toBe(least)
    expect(holds(0, least, limit)).toBe(true)
    expect(holds(0, least - 1, limit)).toBe(false)
  })

  test('no number of requests shows that nothing ever fails', () => {
    expect(zeroFailureMinimum(0)).toBe(Number.POSITIVE_INFINITY)
    expect(zeroFailureMinimum(Number.NaN)).toBe(Number.POSITIVE_INFINITY)
    expect(zeroFailureMinimum(1)).toBe(1)
  })

  test.each([
    [1 - 0.995, 8],
    [1 - 0.99, 20],
    [1 - 0.999, 0],
  ])('3000 requests pass a limit of %f with up to %i bad ones', (limitRatio, most) => {
    expect(decide({ ask: 'share', limitRatio }, 3_000).passesWithUpTo).toBe(most)
  })

  test('one more than the most is too many', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.double({ min: 0.0005, max: 0.6, noNaN: true }),
        (n, limit) => {
          const most = mostBadToPass(n, limit)
          if (most === undefined) expect(n).toBeLessThan(zeroFailureMinimum(limit))
          else expect([holds(most, n, limit), most < n && holds(most + 1, n, limit)]).toEqual([true, false])
        },
      ),
    )
  })

  test('says enough only where it is known how much there will be', () => {
    expect(decide({ ask: 'share', limitRatio: 0.01 }, 298)).toEqual({
      atLeast: 299,
      passesWithUpTo: undefined,
      enough: false,
    })
    expect(decide({ ask: 'share', limitRatio: 0.01 }, undefined)).toEqual({
      atLeast: 299,
      passesWithUpTo: undefined,
      enough: undefined,
    })
    expect(decide({ ask: 'rise', limitRatio: 0.05 }, 60)).toEqual({
      atLeast: 59,
      passesWithUpTo: undefined,
      enough: true,
    })
    expect(decide({ ask: 'quantile', quantile: 0.99 }, 3_000).atLeast).toBe(299)
    expect(decide({ ask: 'series' }, 7)).toEqual({ atLeast: 8, passesWithUpTo: undefined, enough: false })
    expect([0.95, 0.99, 0.999].map((quantile) => quantileMinimum(quantile))).toEqual([59, 299, 2_995])
  })
})
