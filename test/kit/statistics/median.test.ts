import { describe, expect, it } from 'vitest'
import { median } from '../../../src/kit/statistics/median.ts'

describe('the median', () => {
  it.each([
    [[], undefined],
    [[3], 3],
    [[4, 1], 2.5],
    [[10, 9, 100], 10],
    [[4, 1, 3, 2], 2.5],
  ])('of %j is %s', (values, middle) => {
    expect(median(values)).toBe(middle)
  })
})
