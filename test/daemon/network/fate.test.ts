import fc from 'fast-check'
import { expect, test } from 'vitest'
import { flipBit } from '../../../src/daemon/network/packets/corrupt.ts'
import { createFates, refuseImpairment } from '../../../src/daemon/network/packets/fate.ts'
import type { Impairment } from '../../../src/model/cluster/node-action.ts'

const NOTHING: Impairment = {
  latencyMs: 0,
  jitterMs: 0,
  distribution: 'uniform',
  lossRatio: 0,
  correlation: 0,
  corruptRatio: 0,
  reorderRatio: 0,
  seed: 3,
}

function draw(impairment: Partial<Impairment>, count: number) {
  const fate = createFates({ ...NOTHING, ...impairment })
  return Array.from({ length: count }, fate)
}

test('the long-run share of lost packets is the one that was asked for, whatever the correlation', () => {
  for (const correlation of [0, 0.5, 0.9]) {
    const lost = draw({ lossRatio: 0.1, correlation }, 200_000).filter((one) => one.lost).length / 200_000
    expect(lost).toBeGreaterThan(0.08)
    expect(lost).toBeLessThan(0.12)
  }
})

test('correlation is the chance that a loss follows a loss', () => {
  const fates = draw({ lossRatio: 0.1, correlation: 0.5 }, 200_000)
  const afterLoss = fates.filter((_, place) => fates[place - 1]?.lost)
  const ratio = afterLoss.filter((one) => one.lost).length / afterLoss.length
  expect(ratio).toBeGreaterThan(0.53)
  expect(ratio).toBeLessThan(0.57)
})

test('a change of one share leaves the draws of the others alone', () => {
  const before = draw({ lossRatio: 0.2, corruptRatio: 0.1, latencyMs: 50, jitterMs: 10 }, 500)
  const after = draw({ lossRatio: 0.2, corruptRatio: 0.6, latencyMs: 50, jitterMs: 10, reorderRatio: 0.3 }, 500)
  expect(after.map((one) => one.lost)).toEqual(before.map((one) => one.lost))
  for (const [place, one] of after.entries()) {
    if (!one.overtakes) expect(one.delayMs).toBe(before[place]?.delayMs)
    if (before[place]?.corrupt) expect(one.corrupt).toEqual(before[place]?.corrupt)
  }
})

test('the same seed gives the same fates, and another others', () => {
  const some = { lossRatio: 0.3, latencyMs: 20, jitterMs: 5, distribution: 'pareto' } as const
  expect(draw({ ...some, seed: 5 }, 100)).toEqual(draw({ ...some, seed: 5 }, 100))
  expect(draw({ ...some, seed: 6 }, 100)).not.toEqual(draw({ ...some, seed: 5 }, 100))
})

test.each(['uniform', 'normal', 'pareto'] as const)(
  '%s delays have the asked mean and are never negative',
  (distribution) => {
    const delays = draw({ latencyMs: 100, jitterMs: 20, distribution }, 100_000).map((one) => one.delayMs)
    const mean = delays.reduce((sum, ms) => sum + ms, 0) / delays.length
    expect(mean).toBeGreaterThan(99)
    expect(mean).toBeLessThan(101)
    expect(Math.min(...delays.slice(0, 10_000))).toBeGreaterThanOrEqual(0)
  },
)

test('nothing that means nothing is taken', () => {
  expect(refuseImpairment(NOTHING)).toBe('nothing is asked for')
  expect(refuseImpairment({ ...NOTHING, latencyMs: 10 })).toBeUndefined()
  for (const wrong of [
    { lossRatio: 1.1 },
    { lossRatio: Number.NaN },
    { lossRatio: 0.1, correlation: -1 },
    { reorderRatio: 0.2, lossRatio: 0.1 },
    { latencyMs: 600_000 },
    { latencyMs: 10, jitterMs: -1 },
  ])
    expect(refuseImpairment({ ...NOTHING, ...wrong }), JSON.stringify(wrong)).toEqual(expect.any(String))
})

test('one bit is flipped, and behind the IP header', () => {
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  const packet = fc.tuple(fc.constantFrom(0x45, 0x46, 0x60), fc.uint8Array({ minLength: 60, maxLength: 200 }))
  fc.assert(
    fc.property(packet, unit, unit, ([first, bytes], place, bit) => {
      const before = Buffer.from(bytes)
      before[0] = first
      const after = flipBit(before, { place, bit })
      const header = first === 0x60 ? 40 : (first & 15) * 4
      const changed = [...after.entries()].filter(([at, byte]) => byte !== before[at])
      expect(changed.length).toBe(1)
      const [[at, byte] = [0, 0]] = changed
      expect(at).toBeGreaterThanOrEqual(header)
      expect(Math.log2(byte ^ (before[at] ?? 0)) % 1).toBe(0)
    }),
  )
})

test('a packet without a body stays as it is', () => {
  const packet = Buffer.alloc(20, 0x45)
  expect(flipBit(packet, { place: 0.5, bit: 0.5 })).toEqual(packet)
})
