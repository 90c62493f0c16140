import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logCells, quantileOf, smoothed } from '../../../src/report/html/histogram.ts'

const empty = { buckets: [], overflow: 0, overflowFromMs: 0, n: 0, precision: 0.001 }
const small = {
  buckets: [
    [10, 50],
    [20, 49],
  ] as [number, number][],
  overflow: 1,
  overflowFromMs: 2_000,
  n: 100,
  precision: 0.001,
}

describe('histograms', () => {
  it('give the upper edge of the bucket that holds a quantile, and say when it lies beyond', () => {
    expect(quantileOf(small, 0.5)).toEqual({ ms: 10, over: false })
    expect(quantileOf(small, 0.99)).toEqual({ ms: 20, over: false })
    expect(quantileOf(small, 0.999)).toEqual({ ms: 2_000, over: true })
    expect(quantileOf(empty, 0.5)).toBeNull()
  })

  it('keep every request when they are drawn', () => {
    const edges = fc.uniqueArray(fc.double({ min: 1, max: 5_000, noNaN: true }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(edges, fc.integer({ min: 0, max: 1_000 }), (uppers, count) => {
        const buckets = [...uppers].sort((one, other) => one - other).map((upper): [number, number] => [upper, count])
        const cells = logCells({ ...empty, buckets, n: count * buckets.length }, 0.9, 6_000, 120)
        expect(cells.reduce((sum, cell) => sum + cell, 0)).toBeCloseTo(count * buckets.length, 3)
      }),
    )
  })

  it('smooth without losing the middle', () => {
    expect(smoothed([0, 4, 0])).toEqual([1, 2, 1])
  })
})
