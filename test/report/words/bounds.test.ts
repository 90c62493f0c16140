import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundsWords } from '../../../src/report/words/bounds.ts'
import { PLAIN } from '../../../src/report/words/typography.ts'

const between = (low: number | null, high: number | null) => ({ value: null, low, high, n: 1, bad: 0, designEffect: 1 })
const share = { unit: 'share', need: { kind: 'share', target: 0.995 } } as const
const below = { unit: 'ms', need: { kind: 'below', value: 300 } } as const

describe('boundsWords', () => {
  it('says both ends, or the one that is known', () => {
    expect(boundsWords(between(0.9654, 0.9759), share, PLAIN)).toBe('96.54 to 97.59 %')
    expect(boundsWords(between(31, 66), below, PLAIN)).toBe('31 to 66 ms')
    expect(boundsWords(between(1_903, null), below, PLAIN)).toBe('at least 1 903 ms')
    expect(boundsWords(between(null, 12), { unit: 'value', need: { kind: 'below', value: 30 } }, PLAIN)).toBe(
      'at most 12',
    )
    expect(boundsWords(between(null, null), below, PLAIN)).toBe('')
    expect(boundsWords(null, below, PLAIN)).toBe('')
  })

  it('never rounds an end across what is needed', () => {
    fc.assert(
      fc.property(fc.double({ min: 299, max: 301, noNaN: true }), (end) => {
        const printed = Number(boundsWords(between(end, null), below, PLAIN).replace(/[^\d.]/g, ''))
        if (Math.abs(end - 300) > 1e-5) expect(Math.sign(printed - 300)).toBe(Math.sign(end - 300))
      }),
    )
  })
})
