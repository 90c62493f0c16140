import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shareHolds } from '../../../src/faults/parts/share-effect.ts'
import { seededRandom } from '../../../src/kit/random.ts'

const reading = (hit: number, matched: number) => ({ probe: 'packets', at: 0, hit, matched }) as const

test('a fault that does what it was asked to is hardly ever called into question', () => {
  const random = seededRandom(1)
  const trials = 2_000
  let doubted = 0
  for (let trial = 0; trial < trials; trial += 1) {
    let hit = 0
    for (let packet = 0; packet < 200; packet += 1) if (random() < 0.1) hit += 1
    if (!shareHolds(reading(hit, 200), 0.1)) doubted += 1
  }
  // One in a thousand on each side at most, since the bounds are exact: 4 expected of 2000, 15 has a chance below 1e-5.
  expect(doubted).toBeLessThan(15)
})

test('half of what was asked for is never believed, once there are enough packets', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2_000, max: 1_000_000 }),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      (matched, asked) => {
        expect(shareHolds(reading(Math.floor((asked / 2) * matched), matched), asked)).toBe(false)
      },
    ),
  )
})

test('what was not counted, or asked for, holds nothing', () => {
  expect(shareHolds({ probe: 'packets', at: 0 }, 0.1)).toBe(false)
  expect(shareHolds({ probe: 'packets', at: 0, hit: 10 }, 0.1)).toBe(false)
  expect(shareHolds(reading(0, 0), 0.1)).toBe(false)
  expect(shareHolds(reading(5, 1_000), 0)).toBe(false)
  expect(shareHolds(reading(100, 1_000), 0.1, 1)).toBe(false)
})
