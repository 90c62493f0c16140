import fc from 'fast-check'
import { median } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/kit/random.ts'
import { blockPermutation } from '../../../src/kit/statistics/block-permutation.ts'
import { createEProcess } from '../../../src/kit/statistics/e-process.ts'
import { hodgesLehmann } from '../../../src/kit/statistics/hodges-lehmann.ts'
import { holm } from '../../../src/kit/statistics/holm.ts'
import { mannWhitney } from '../../../src/kit/statistics/mann-whitney.ts'

const SCIPY = { first: [19, 22, 16, 29, 24], second: [20, 11, 17, 12] }
const R = {
  first: [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46],
  second: [1.15, 0.88, 0.9, 0.74, 1.21],
}

describe("Mann and Whitney's U", () => {
  test('is exact for small samples', () => {
    const { u, pValue } = mannWhitney(SCIPY.first, SCIPY.second)
    expect(u).toBe(17)
    expect(pValue).toBeCloseTo(0.1111111111, 9)
  })

  test('is asymptotic with a correction for continuity', () => {
    expect(mannWhitney(SCIPY.first, SCIPY.second, 'two-sided', 'asymptotic').pValue).toBeCloseTo(0.1113468865, 9)
  })

  test('asks one side', () => {
    const { u, pValue } = mannWhitney(R.first, R.second, 'greater')
    expect(u).toBe(35)
    expect(pValue).toBeCloseTo(0.1272061272, 9)
    expect(mannWhitney(R.second, R.first, 'less').pValue).toBeCloseTo(pValue, 12)
  })

  test('corrects for ties', () => {
    const { u, pValue } = mannWhitney([1, 2, 2, 3, 3, 3, 4, 5], [2, 3, 3, 4, 4, 5, 6, 6])
    expect(u).toBe(16.5)
    expect(pValue).toBeCloseTo(0.1071233993, 9)
  })

  test.each([
    [3, 0.1],
    [4, 0.0286],
    [5, 0.0079],
    [8, 0.00016],
  ])('cannot be smaller than its smallest two-sided value with %i a side', (n, smallest) => {
    const low = Array.from({ length: n }, (_, index) => index)
    const high = low.map((value) => value + 100)
    expect(mannWhitney(low, high).pValue).toBeCloseTo(smallest, 4)
  })

  test('counts every arrangement once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 1e6 }),
        (m, n, seed) => {
          const random = seededRandom(seed)
          const [first, second] = [m, n].map((size) => Array.from({ length: size }, random)) as [number[], number[]]
          const { u } = mannWhitney(first, second)
          const pairs = first.flatMap((one) => second.map((other): number => (one > other ? 1 : 0)))
          expect(u).toBe(pairs.reduce((sum, pair) => sum + pair, 0))
          const both = mannWhitney(first, second, 'greater').pValue + mannWhitney(first, second, 'less').pValue
          expect(both).toBeGreaterThan(1)
        },
      ),
    )
  })

  test('says nothing without data, and 1 for a constant', () => {
    expect(mannWhitney([], [1]).pValue).toBeNaN()
    expect(mannWhitney([2, 2, 2], [2, 2, 2]).pValue).toBe(1)
  })
})

describe('Hodges and Lehmann', () => {
  test('shift is the median of all differences, inside its interval', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 4, maxLength: 12 }),
        fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 4, maxLength: 12 }),
        (first, second) => {
          const { shift, low, high } = hodgesLehmann(first, second, 0.95)
          expect(shift).toBeCloseTo(median(first.flatMap((one) => second.map((other) => one - other))), 9)
          expect(low).toBeLessThanOrEqual(shift)
          expect(high).toBeGreaterThanOrEqual(shift)
        },
      ),
    )
  })

  test('moves with the sample', () => {
    const base = hodgesLehmann(R.first, R.second, 0.98)
    const moved = hodgesLehmann(
      R.first.map((value) => value + 3),
      R.second,
      0.98,
    )
    expect(moved.shift - base.shift).toBeCloseTo(3, 9)
    expect(moved.low - base.low).toBeCloseTo(3, 9)
    expect(hodgesLehmann([], [1], 0.95).shift).toBeNaN()
  })
})

describe('Holm', () => {
  const PAPER = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ]

  test('rejects three of the fifteen', () => {
    const adjusted = holm(PAPER)
    expect(adjusted.slice(0, 4).map((p) => Number(p.toFixed(4)))).toEqual([0.0015, 0.0056, 0.0247, 0.114])
    expect(adjusted.filter((p) => p <= 0.05)).toHaveLength(3)
  })

  test('keeps the order that was given, never lowers a value and takes NaN for 1', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (pValues) => {
        const adjusted = holm(pValues)
        pValues.forEach((p, index) => {
          expect(adjusted[index]).toBeGreaterThanOrEqual(p)
          expect(adjusted[index]).toBeLessThanOrEqual(1)
          pValues.forEach((other, place) => {
            if (p < other) expect(adjusted[index] ?? 0).toBeLessThanOrEqual(adjusted[place] ?? 0)
          })
        })
      }),
    )
    expect(holm([0.01, Number.NaN])).toEqual([0.02, 1])
    expect(holm([])).toEqual([])
  })
})

describe('e-process', () => {
  const evidenceAfter = (shares: readonly number[]) => {
    const process = createEProcess(0.05)
    for (const share of shares) process.add(share * 1_000, 1_000)
    return process.value()
  }

  test('has the values that were worked out by hand', () => {
    expect(evidenceAfter([1])).toBeCloseTo(9.3125, 9)
    expect(evidenceAfter([1, 1])).toBeCloseTo(119.833125, 9)
    expect(evidenceAfter(new Array<number>(5).fill(0.15))).toBeCloseTo(53.546437, 6)
    expect(evidenceAfter(new Array<number>(10).fill(0.1))).toBeCloseTo(170.669658, 6)
    expect(evidenceAfter(new Array<number>(4).fill(0))).toBeCloseTo(0.258777, 6)
  })

  test('does not move for an empty slice', () => {
    const process = createEProcess(0.05)
    process.add(1, 10)
    const before = process.value()
    expect(process.add(0, 0)).toBe(before)
  })
})

describe('block permutation', () => {
  const noise = (seed: number, size: number, level: number) => {
    const random = seededRandom(seed)
    return Array.from({ length: size }, () => level + random() + random() + random() - 1.5)
  }

  test('gives the same answer for the same numbers', () => {
    const [before, after] = [noise(1, 20, 10), noise(2, 20, 11)]
    expect(blockPermutation(before, after, 0, 0.05)).toEqual(blockPermutation(before, after, 0, 0.05))
  })

  test('bounds hold the shift, and the p-value agrees with the lower one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 8, max: 40 }),
        fc.double({ min: -1, max: 2, noNaN: true }),
        (seed, size, margin) => {
          const { shift, low, high, pValue } = blockPermutation(
            noise(seed, size, 5),
            noise(seed + 1, size, 5.5),
            margin,
            0.05,
          )
          expect(low).toBeLessThanOrEqual(shift)
          expect(high).toBeGreaterThanOrEqual(shift)
          expect(pValue <= 0.05).toBe(low > margin)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('says no more often than one in twenty that a margin is passed which is not', () => {
    let wrong = 0
    for (let run = 0; run < 300; run++) {
      if (blockPermutation(noise(run * 2 + 1, 24, 5), noise(run * 2 + 2, 24, 6), 1, 0.05).low > 1) wrong++
    }
    expect(wrong / 300).toBeLessThanOrEqual(0.08)
  })

  test('sees a clear rise', () => {
    expect(blockPermutation(noise(3, 20, 5), noise(4, 20, 8), 1, 0.05).low).toBeGreaterThan(1)
  })

  test('cannot tell anything from one value a side', () => {
    const { low, high, pValue } = blockPermutation([1], [9], 0, 0.05)
    expect([low, high]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
    expect(pValue).toBeGreaterThan(0.05)
  })
})
