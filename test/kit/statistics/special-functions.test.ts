import fc from 'fast-check'
import { gammaln } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import { inverseRegularizedBeta } from '../../../src/kit/statistics/inverse-beta.ts'
import { logGamma } from '../../../src/kit/statistics/log-gamma.ts'
import { normalQuantile, normalUpperTail } from '../../../src/kit/statistics/normal.ts'
import { regularizedBeta } from '../../../src/kit/statistics/regularized-beta.ts'
import { predictionFactor, studentQuantile } from '../../../src/kit/statistics/student-t.ts'

describe('log-gamma', () => {
  test('is the logarithm of factorials', () => {
    let factorial = 0
    for (let n = 1; n <= 170; n++) {
      factorial += Math.log(n)
      expect(logGamma(n + 1)).toBeCloseTo(factorial, 10)
    }
  })

  test('is half the logarithm of pi at one half, and NaN where there is no value', () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13)
    expect(logGamma(0)).toBeNaN()
    expect(logGamma(-1)).toBeNaN()
    expect(logGamma(Number.NaN)).toBeNaN()
  })

  test('agrees with simple-statistics and with its own recurrence', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e5, noNaN: true }), (x) => {
        expect(Math.abs(logGamma(x + 1) - logGamma(x) - Math.log(x))).toBeLessThan(1e-9)
        expect(Math.abs(logGamma(x + 1) - gammaln(x + 1))).toBeLessThan(1e-6 * Math.max(1, Math.abs(logGamma(x + 1))))
      }),
    )
  })
})

describe('regularised incomplete beta', () => {
  const shape = fc.double({ min: 0.05, max: 5_000, noNaN: true })

  test('has its closed forms', () => {
    for (const x of [0.01, 0.2, 0.5, 0.77, 0.999]) {
      expect(regularizedBeta(x, 1, 1)).toBeCloseTo(x, 14)
      expect(regularizedBeta(x, 3, 1)).toBeCloseTo(x ** 3, 14)
      expect(regularizedBeta(x, 1, 4)).toBeCloseTo(1 - (1 - x) ** 4, 14)
      expect(regularizedBeta(x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 12)
    }
    expect(regularizedBeta(0, 2, 3)).toBe(0)
    expect(regularizedBeta(1, 2, 3)).toBe(1)
    expect(regularizedBeta(0.5, 0, 3)).toBeNaN()
  })

  test('is symmetric and its inverse brings it back', () => {
    fc.assert(
      fc.property(shape, shape, fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (a, b, probability) => {
        const x = inverseRegularizedBeta(probability, a, b)
        // Nearer to its ends 1 - x cannot be told from 1.
        fc.pre(x > 1e-5 && x < 1 - 1e-5)
        expect(Math.abs(regularizedBeta(x, a, b) - probability)).toBeLessThan(1e-9)
        expect(Math.abs(regularizedBeta(x, a, b) + regularizedBeta(1 - x, b, a) - 1)).toBeLessThan(1e-9)
      }),
      { numRuns: 2_000 },
    )
  })

  test('has an inverse at its ends and none outside', () => {
    expect(inverseRegularizedBeta(0, 2, 3)).toBe(0)
    expect(inverseRegularizedBeta(1, 2, 3)).toBe(1)
    expect(inverseRegularizedBeta(1.2, 2, 3)).toBeNaN()
    expect(inverseRegularizedBeta(0.5, -2, 3)).toBeNaN()
  })
})

describe('normal distribution', () => {
  test('has its known values', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12)
    expect(normalQuantile(0.95)).toBeCloseTo(1.6448536269514722, 12)
    expect(normalQuantile(0.5)).toBeCloseTo(0, 12)
    expect(normalUpperTail(0)).toBeCloseTo(0.5, 15)
    expect(normalUpperTail(6) / 9.865876450376981e-10).toBeCloseTo(1, 9)
    expect(normalUpperTail(-1)).toBeCloseTo(0.8413447460685429, 12)
    expect(normalUpperTail(50)).toBe(0)
  })

  test('meets itself where the series hands over to the fraction', () => {
    expect(normalUpperTail(2.5 - 1e-9) - normalUpperTail(2.5 + 1e-9)).toBeLessThan(1e-10)
    expect(normalUpperTail(2.5)).toBeCloseTo(0.006209665325776132, 14)
  })

  test('has no quantile outside 0..1 and infinite ones at the ends', () => {
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY)
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY)
    expect(normalQuantile(-0.1)).toBeNaN()
  })

  test('quantile and tail are inverse', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (p) => {
        expect(Math.abs(1 - normalUpperTail(normalQuantile(p)) - p)).toBeLessThan(1e-12)
      }),
    )
  })
})

describe("Student's t", () => {
  test.each([
    [3, 3.372],
    [5, 2.335],
    [10, 1.923],
    [20, 1.772],
    [30, 1.727],
  ])('predicts one more run after %i with the factor %f', (runs, factor) => {
    expect(predictionFactor(runs, 0.95)).toBeCloseTo(factor, 3)
  })

  test('has its known quantiles', () => {
    expect(studentQuantile(0.975, 1)).toBeCloseTo(12.706204736174707, 8)
    expect(studentQuantile(0.95, 10)).toBeCloseTo(1.8124611228116756, 9)
    expect(studentQuantile(0.05, 10)).toBeCloseTo(-1.8124611228116756, 9)
    expect(studentQuantile(0.5, 7)).toBe(0)
  })

  test('cannot predict from one run', () => {
    expect(predictionFactor(1, 0.95)).toBe(Number.POSITIVE_INFINITY)
  })
})
