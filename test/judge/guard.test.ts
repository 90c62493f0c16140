import { describe, expect, test } from 'vitest'
import { createGuard, guardAlpha } from '../../src/judge/guard.ts'

describe('a guard', () => {
  test('stays fired', () => {
    const guard = createGuard({ below: 0.95, alpha: 0.01 })
    expect([50, 50, 0, 0].map((bad) => guard.feed({ n: 50, bad }))).toEqual([false, true, true, true])
  })

  test('learns nothing from a slice without requests, or with impossible counts', () => {
    const guard = createGuard({ below: 0.95, alpha: 0.01 })
    const nothing = [
      { n: 0, bad: 0 },
      { n: Number.NaN, bad: 5 },
      { n: 50, bad: Number.NaN },
      { n: -5, bad: 1 },
    ]
    for (let round = 0; round < 20; round++) for (const slice of nothing) expect(guard.feed(slice)).toBe(false)
    expect(guard.feed({ n: 50, bad: 9_999 })).toBe(false)
    expect(guard.feed({ n: 50, bad: 50 })).toBe(true)
  })

  test('where nothing may fail, one failure is proof', () => {
    const guard = createGuard({ below: 1, alpha: 0.01 })
    expect([guard.feed({ n: 50, bad: 0 }), guard.feed({ n: 50, bad: 1 })]).toEqual([false, true])
  })

  test('several guards share what may be wrong', () => {
    expect([guardAlpha(1), guardAlpha(4), guardAlpha(0)]).toEqual([0.01, 0.0025, 0.01])
  })

  test.each([
    [0, 0.01],
    [1.2, 0.01],
    [Number.NaN, 0.01],
    [0.9, 0],
    [0.9, 1],
  ])('cannot be made of below %f, alpha %f', (below, alpha) => {
    expect(() => createGuard({ below, alpha })).toThrow('a guard cannot be made of')
  })
})
