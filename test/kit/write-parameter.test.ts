import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesPerSecond, durationMs, ratio, writeParameter } from '../../src/kit/scalars.ts'

test.each([
  ['ms', 200, '200ms'],
  ['ms', 0.001, '0.001ms'],
  ['ratio', 0.125, '12.5%'],
  ['ratio', 0.999, '99.9%'],
  ['ratio', 0.07, '7%'],
  ['ratio', 1e-9, '0.0000001%'],
  ['bytes-per-second', 125_000, '125000B/s'],
  ['count', 3, 3],
] as const)('%s %d is written as %s', (unit, value, written) => {
  expect(writeParameter(unit, value)).toBe(written)
})

test('what is written is read as the same number', () => {
  const thousandths = fc.integer({ min: 0, max: 86_400_000_000 }).map((value) => value / 1_000)
  const shares = fc.integer({ min: 0, max: 1e11 }).map((value) => Number(`${value}e-11`))
  fc.assert(
    fc.property(thousandths, shares, fc.integer({ min: 1, max: 1e12 }), (ms, share, bps) => {
      expect(durationMs.parse(writeParameter('ms', ms))).toBe(ms)
      expect(ratio.parse(writeParameter('ratio', share))).toBe(share)
      expect(bytesPerSecond.parse(writeParameter('bytes-per-second', bps))).toBe(bps)
    }),
    { numRuns: 1_000 },
  )
})

test('what a search computes is read as near to it as a suite can say', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
      expect(ratio.parse(writeParameter('ratio', share))).toBeCloseTo(share, 10)
      expect(durationMs.parse(writeParameter('ms', share * 1e6))).toBeCloseTo(share * 1e6, 2)
    }),
  )
})
