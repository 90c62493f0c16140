import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearScale, logScale, position } from '../../../src/report/html/scale.ts'

const numbers = fc.array(
  fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map((value) => value / 1_000),
  { minLength: 1, maxLength: 20 },
)

describe('scales', () => {
  it('hold every value and have few ticks that rise', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const scale = linearScale(values)
        expect(scale.from).toBeLessThanOrEqual(Math.min(...values))
        expect(scale.to).toBeGreaterThanOrEqual(Math.max(...values) - Math.abs(scale.to) * 1e-9)
        expect(scale.ticks.length).toBeLessThanOrEqual(8)
        expect([...scale.ticks].sort((one, other) => one - other)).toEqual(scale.ticks)
        for (const value of values) expect(position(scale, value)).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('find round ticks', () => {
    expect(linearScale([2, 3.9, 30]).ticks).toEqual([0, 10, 20, 30])
    expect(linearScale([0]).ticks).toEqual([0, 1])
    expect(logScale([80, 2_000]).ticks).toEqual([100, 300, 1_000])
  })

  it('never give a place that is no number', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 5 }), fc.double(), (values, value) => {
        for (const scale of [linearScale(values), logScale(values)]) {
          const at = position(scale, value)
          expect(at).toBeGreaterThanOrEqual(0)
          expect(at).toBeLessThanOrEqual(100)
        }
      }),
    )
  })
})
