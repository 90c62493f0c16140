import fc from 'fast-check'
import { binomialDistribution } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/kit/random.ts'
import { binomialCdf, binomialQuantile, binomialUpperTail } from '../../../src/kit/statistics/binomial.ts'
import { designEffect } from '../../../src/kit/statistics/design-effect.ts'
import { exactLowerBound, exactUpperBound } from '../../../src/kit/statistics/exact-bounds.ts'
import { newcombeInterval, newcombePValue } from '../../../src/kit/statistics/newcombe.ts'
import { normalQuantile } from '../../../src/kit/statistics/normal.ts'
import { quantileRanks } from '../../../src/kit/statistics/quantile-ranks.ts'
import { wilsonInterval } from '../../../src/kit/statistics/wilson.ts'

const Z95 = normalQuantile(0.975)

describe('binomial', () => {
  test('agrees with simple-statistics', () => {
    for (const [n, p] of [
      [20, 0.3],
      [50, 0.01],
      [137, 0.62],
    ] as const) {
      let sum = 0
      ;(binomialDistribution(n, p) ?? []).forEach((probability, k) => {
        sum += probability
        expect(Math.abs(binomialCdf(k, n, p) - sum)).toBeLessThan(1e-9)
      })
    }
  })

  test('both tails make one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.0001, max: 0.9999, noNaN: true }),
        (n, at, p) => {
          const k = Math.floor(at * n)
          expect(Math.abs(binomialCdf(k, n, p) + binomialUpperTail(k + 1, n, p) - 1)).toBeLessThan(1e-9)
        },
      ),
    )
  })

  test('the quantile is the smallest number that reaches the probability', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (n, p, probability) => {
          const k = binomialQuantile(probability, n, p)
          expect(binomialCdf(k, n, p)).toBeGreaterThanOrEqual(probability)
          expect(binomialCdf(k - 1, n, p)).toBeLessThan(probability)
        },
      ),
    )
  })
})

describe('exact bounds', () => {
  test.each([
    [0, 50, 0, 0.071122],
    [3, 60, 0.010432, 0.139243],
    [5, 100, 0.016432, 0.112835],
  ])('of %i in %i are those of Clopper and Pearson', (k, n, low, high) => {
    expect(exactLowerBound(k, n, 0.025)).toBeCloseTo(low, 6)
    expect(exactUpperBound(k, n, 0.025)).toBeCloseTo(high, 6)
  })

  test('are the closed form where nothing or everything is bad', () => {
    for (const n of [1, 7, 299, 2_995, 1_000_000]) {
      expect(exactUpperBound(0, n, 0.05)).toBeCloseTo(1 - 0.05 ** (1 / n), 12)
      expect(exactLowerBound(n, n, 0.05)).toBeCloseTo(0.05 ** (1 / n), 12)
      expect(exactLowerBound(0, n, 0.05)).toBe(0)
      expect(exactUpperBound(n, n, 0.05)).toBe(1)
    }
  })

  test('know nothing without data', () => {
    expect([exactLowerBound(0, 0, 0.05), exactUpperBound(0, 0, 0.05)]).toEqual([0, 1])
  })

  test('hold the estimate, and grow with what is bad, whole or divided by a design effect', () => {
    const n = fc.double({ min: 1, max: 50_000, noNaN: true })
    const ratio = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(n, ratio, ratio, (size, one, other) => {
        const [fewer, more] = [Math.min(one, other) * size, Math.max(one, other) * size]
        expect(exactLowerBound(fewer, size, 0.05)).toBeLessThanOrEqual(fewer / size + 1e-12)
        expect(exactUpperBound(fewer, size, 0.05)).toBeGreaterThanOrEqual(fewer / size - 1e-12)
        expect(exactLowerBound(more, size, 0.05)).toBeGreaterThanOrEqual(exactLowerBound(fewer, size, 0.05) - 1e-12)
        expect(exactUpperBound(more, size, 0.05)).toBeGreaterThanOrEqual(exactUpperBound(fewer, size, 0.05) - 1e-12)
      }),
      { numRuns: 1_000 },
    )
  })

  test('reject exactly where the tail says so', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3_000 }),
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.0005, max: 0.5, noNaN: true }),
        (n, k, limit) => {
          fc.pre(k <= n)
          const tail = binomialUpperTail(k, n, limit)
          fc.pre(Math.abs(tail - 0.05) > 1e-9)
          expect(exactLowerBound(k, n, 0.05) > limit).toBe(tail < 0.05)
        },
      ),
    )
  })

  test('cover the truth at least as often as they promise', () => {
    const random = seededRandom(7)
    let missed = 0
    for (let run = 0; run < 4_000; run++) {
      let bad = 0
      for (let request = 0; request < 300; request++) if (random() < 0.02) bad++
      if (exactUpperBound(bad, 300, 0.05) < 0.02) missed++
    }
    expect(missed / 4_000).toBeLessThanOrEqual(0.05)
    expect(missed).toBeGreaterThan(0)
  })
})

describe('score intervals', () => {
  test("Wilson's of 5 in 100", () => {
    const { low, high } = wilsonInterval(5, 100, Z95)
    expect(low).toBeCloseTo(0.021544, 6)
    expect(high).toBeCloseTo(0.11175, 6)
  })

  test("Newcombe's of 56/70 against 48/80", () => {
    const { low, high } = newcombeInterval({ k: 56, n: 70 }, { k: 48, n: 80 }, Z95)
    expect(low).toBeCloseTo(0.052431, 6)
    expect(high).toBeCloseTo(0.333873, 6)
  })

  test('the p-value is the alpha at which the bound meets the margin', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 0, max: 200 }),
        fc.double({ min: -0.2, max: 0.4, noNaN: true }),
        (one, other, margin) => {
          const p = newcombePValue({ k: one, n: 200 }, { k: other, n: 200 }, margin)
          fc.pre(Math.abs(p - 0.05) > 1e-6)
          const { low } = newcombeInterval({ k: one, n: 200 }, { k: other, n: 200 }, normalQuantile(0.95))
          expect(low > margin).toBe(p < 0.05)
        },
      ),
    )
  })

  test('know nothing without data', () => {
    expect(wilsonInterval(0, 0, Z95)).toEqual({ low: 0, high: 1 })
    expect(newcombeInterval({ k: 0, n: 0 }, { k: 1, n: 5 }, Z95)).toEqual({ low: -1, high: 1 })
    expect(newcombePValue({ k: 0, n: 0 }, { k: 1, n: 5 }, 0)).toBe(1)
  })
})

describe('design effect', () => {
  test('is 1 for even slices, for none, and where nothing or everything is bad', () => {
    expect(designEffect(Array.from({ length: 20 }, () => ({ n: 50, bad: 5 })))).toBe(1)
    expect(designEffect([])).toBe(1)
    expect(
      designEffect([
        { n: 50, bad: 0 },
        { n: 50, bad: 0 },
      ]),
    ).toBe(1)
    expect(
      designEffect([
        { n: 50, bad: 50 },
        { n: 50, bad: 50 },
      ]),
    ).toBe(1)
  })

  test('is the size of the slices when whole slices fail', () => {
    const slices = Array.from({ length: 100 }, (_, index) => ({ n: 50, bad: index % 2 === 0 ? 50 : 0 }))
    expect(designEffect(slices)).toBeCloseTo((50 * 100) / 99, 9)
  })

  test('takes nine of ten even series for what they are', () => {
    const random = seededRandom(17)
    const noticed = Array.from({ length: 1_000 }, () =>
      designEffect(
        Array.from({ length: 30 }, () => ({
          n: 40,
          bad: Array.from({ length: 40 }, random).filter((x) => x < 0.1).length,
        })),
      ),
    ).filter((effect) => effect > 1).length
    expect(noticed).toBeGreaterThan(50)
    expect(noticed).toBeLessThan(150)
  })

  test('does not see empty slices', () => {
    const slices = [
      { n: 10, bad: 9 },
      { n: 10, bad: 0 },
      { n: 10, bad: 1 },
    ]
    expect(designEffect([...slices, { n: 0, bad: 0 }])).toBe(designEffect(slices))
  })
})

describe('ranks of a quantile', () => {
  test.each([
    [500, 490, 500],
    [1_000, 983, 997],
    [3_000, 2_959, 2_981],
  ])('of 99 in %i, two-sided 95 %%', (n, low, high) => {
    expect(quantileRanks(n, 0.99, 0.025)).toEqual({ low, high })
  })

  test('have no end where the sample is too small', () => {
    expect(quantileRanks(300, 0.99, 0.025).low).toBe(293)
    expect(quantileRanks(300, 0.99, 0.025).high).toBeGreaterThan(300)
    for (const [least, quantile] of [
      [59, 0.95],
      [299, 0.99],
      [2_995, 0.999],
    ] as const) {
      expect(quantileRanks(least, quantile, 0.05).high).toBeLessThanOrEqual(least)
      expect(quantileRanks(least - 1, quantile, 0.05).high).toBeGreaterThan(least - 1)
    }
  })
})
