import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLane } from '../../../src/daemon/network/packets/lane.ts'
import type { Impairment } from '../../../src/model/cluster/node-action.ts'

const impairments = fc.record({
  latencyMs: fc.integer({ min: 0, max: 50 }),
  jitterMs: fc.integer({ min: 0, max: 50 }),
  distribution: fc.constantFrom('uniform' as const, 'normal' as const, 'pareto' as const),
  lossRatio: fc.constantFrom(0, 0.3),
  correlation: fc.constantFrom(0, 0.5),
  corruptRatio: fc.constantFrom(0, 0.3),
  reorderRatio: fc.constant(0),
  seed: fc.integer({ min: 0, max: 1_000 }),
})

/** What a kernel would do with the verdicts: which packets passed, in which order, and which were dropped. */
function createKernel(queue: number) {
  const waiting = new Set<number>()
  const passed: number[] = []
  const dropped: number[] = []
  const pass = (id: number) => {
    if (waiting.delete(id)) passed.push(id)
  }
  return {
    passed,
    dropped,
    waiting,
    arrive: (id: number) => waiting.add(id),
    write: (message: Buffer) => {
      const type = message.readUInt16LE(4) & 0xff
      const [verdict, id] = [message.readUInt32BE(24), message.readUInt32BE(28)]
      expect(message.readUInt16BE(18)).toBe(queue)
      expect(message.readUInt32LE(0)).toBe(message.length)
      if (type === 3) for (const one of [...waiting].filter((held) => held <= id)) pass(one)
      else if (verdict === 0) {
        if (waiting.delete(id)) dropped.push(id)
      } else pass(id)
    },
  }
}

function play(impairment: Impairment, gaps: readonly number[]) {
  const kernel = createKernel(9)
  const lane = createLane(9, impairment, kernel.write)
  const arrived: number[] = []
  let now = 1_000
  for (const [place, gap] of gaps.entries()) {
    now += gap
    lane.release(now)
    arrived.push(now)
    kernel.arrive(place + 1)
    lane.packet(place + 1, Buffer.alloc(60, 0x45), now)
    lane.flush()
  }
  return { kernel, lane, arrived, now }
}

test('unless reordering is asked for, packets pass in the order in which they came', () => {
  fc.assert(
    fc.property(impairments, fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 }), (impairment, gaps) => {
      const { kernel, lane } = play(impairment, gaps)
      lane.release(Number.POSITIVE_INFINITY)
      expect(kernel.passed).toEqual(kernel.passed.toSorted((left, right) => left - right))
    }),
  )
})

test('every packet passes or is dropped, once, and the counts say so', () => {
  const any = fc.tuple(impairments, fc.constantFrom(0, 0.5)).map(([impairment, reorderRatio]) => ({
    ...impairment,
    latencyMs: impairment.latencyMs + 1,
    reorderRatio,
  }))
  fc.assert(
    fc.property(any, fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 }), (impairment, gaps) => {
      const { kernel, lane } = play(impairment, gaps)
      expect(lane.counts().waiting).toBe(kernel.waiting.size)
      lane.release(Number.POSITIVE_INFINITY)
      expect(kernel.waiting.size).toBe(0)
      expect(kernel.passed.length + kernel.dropped.length).toBe(gaps.length)
      expect(lane.counts()).toMatchObject({ packets: gaps.length, lost: kernel.dropped.length, waiting: 0 })
      expect(lane.counts().hit).toBeGreaterThanOrEqual(lane.counts().lost + lane.counts().corrupted)
      expect(lane.next()).toBeUndefined()
    }),
  )
})

test('no packet passes before its time', () => {
  const constant = {
    distribution: 'uniform',
    jitterMs: 0,
    lossRatio: 0,
    correlation: 0,
    corruptRatio: 0,
    reorderRatio: 0,
    seed: 1,
  } as const
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 40 }),
      (latencyMs, gaps) => {
        const { kernel, lane, arrived, now } = play({ ...constant, latencyMs }, gaps)
        const due = arrived.filter((at) => at + latencyMs <= now + 0.5).length
        lane.release(now)
        expect(kernel.passed.length).toBe(due)
        expect(lane.next()).toBe(due === arrived.length ? undefined : (arrived[due] ?? 0) + latencyMs)
      },
    ),
  )
})

test('what was held is told as it was', () => {
  const { lane } = play(
    {
      latencyMs: 40,
      jitterMs: 0,
      distribution: 'uniform',
      lossRatio: 0,
      correlation: 0,
      corruptRatio: 0,
      reorderRatio: 0,
      seed: 1,
    },
    Array.from({ length: 50 }, () => 40),
  )
  expect(lane.counts()).toEqual({
    packets: 50,
    hit: 50,
    lost: 0,
    corrupted: 0,
    overtook: 0,
    medianHeldMs: 40,
    waiting: 1,
  })
})

test('who does not wait overtakes only where others do', () => {
  const reordering = {
    latencyMs: 40,
    jitterMs: 0,
    distribution: 'uniform',
    lossRatio: 0,
    correlation: 0,
    corruptRatio: 0,
    reorderRatio: 0.5,
    seed: 3,
  } as const
  const overtook = (gapMs: number) => {
    const { kernel, lane } = play(reordering, Array<number>(200).fill(gapMs))
    lane.release(Number.POSITIVE_INFINITY)
    const past = kernel.passed.filter((id, place) => kernel.passed.slice(place).some((later) => later < id)).length
    expect(lane.counts().overtook).toBe(past)
    return past
  }
  expect(overtook(5)).toBeGreaterThan(50)
  expect(overtook(100)).toBe(0)
})
