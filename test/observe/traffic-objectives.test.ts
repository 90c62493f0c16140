import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import type { Indicator, Need } from '../../src/model/suite.ts'
import { createObserver } from '../../src/observe/create-observer.ts'
import { latencyHistogram } from '../../src/observe/latency-histogram.ts'
import { summariseLatency } from '../../src/observe/summarise-latency.ts'
import { objective, recordsFrom, sums, trafficOf } from './objectives.ts'

const TIMEOUT_MS = 2_000
const START = 1_700_000_000_000

const rowArbitrary = fc.record({
  dueMs: fc.integer({ min: 0, max: 9_999 }).map((ms) => START + ms + 0.25),
  latencyMs: fc.double({ min: 0, max: TIMEOUT_MS, noNaN: true }),
  failure: fc.constantFrom(0, 0, 0, 1, 2),
})

function measure(
  rows: readonly { dueMs: number; latencyMs: number; failure: number }[],
  indicator: Indicator,
  span: { startMs: number; endMs: number; sliceMs: number },
  need?: Need,
) {
  const traffic = trafficOf(recordsFrom(rows, TIMEOUT_MS))
  const observer = createObserver({
    traffic,
    prometheusUrl: undefined,
    scrapeMs: 1_000,
    token: undefined,
    clock: systemClock,
    placeholders: { namespace: undefined },
  })
  return observer.measure(objective(indicator, need), { window: 'fault', ...span })
}

describe('slices of traffic', () => {
  it('hold every request of the window once, and are never worse than all of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(rowArbitrary, { maxLength: 300 }),
        fc.integer({ min: 0, max: 5_000 }),
        fc.integer({ min: 1, max: 6_000 }),
        fc.integer({ min: 100, max: 1_000 }),
        fc.integer({ min: 0, max: 2_000 }),
        async (rows, from, length, sliceMs, limit) => {
          const span = { startMs: START + from, endMs: START + from + length, sliceMs }
          const inside = rows.filter(({ dueMs }) => dueMs >= span.startMs && dueMs < span.endMs)
          const success = await measure(rows, { source: 'traffic', kind: 'success' }, span)
          const under = await measure(rows, { source: 'traffic', kind: 'latency-under', ms: limit }, span)
          const failed = inside.filter(({ failure }) => failure !== 0).length
          const slow = inside.filter(({ failure, latencyMs }) => failure !== 0 || latencyMs > limit).length
          expect(sums(success)).toEqual({ n: inside.length, bad: failed, badAtLeast: failed })
          expect(sums(under)).toEqual({ n: inside.length, bad: slow, badAtLeast: slow })
          expect(success.slices.length).toBe(Math.ceil(length / sliceMs))
          for (const [index, slice] of success.slices.entries()) {
            expect(slice.startMs).toBe(span.startMs + index * sliceMs)
            expect(slice.bad).toBeLessThanOrEqual(slice.n)
            expect(slice.n).toBe(
              inside.filter(({ dueMs }) => dueMs >= slice.startMs && dueMs < slice.startMs + sliceMs).length,
            )
          }
        },
      ),
    )
  })

  it('say that nothing was due', async () => {
    const { problems, slices } = await measure(
      [],
      { source: 'traffic', kind: 'success' },
      { startMs: START, endMs: START + 1_000, sliceMs: 100 },
    )
    expect(problems).toEqual([{ code: 'NO_DATA', detail: expect.any(String) }])
    expect(slices).toHaveLength(10)
  })

  it('carry the problems of the traffic', async () => {
    const traffic = trafficOf(
      recordsFrom([{ dueMs: START, latencyMs: 1, failure: 0 }], TIMEOUT_MS, [
        { code: 'LOAD_NOT_DELIVERED', detail: 'late' },
      ]),
    )
    const observer = createObserver({
      traffic,
      prometheusUrl: undefined,
      scrapeMs: 1_000,
      token: undefined,
      clock: systemClock,
      placeholders: { namespace: undefined },
    })
    const { problems } = await observer.measure(objective({ source: 'traffic', kind: 'success' }), {
      window: 'fault',
      startMs: START,
      endMs: START + 1_000,
      sliceMs: 100,
    })
    expect(problems).toEqual([{ code: 'LOAD_NOT_DELIVERED', detail: 'late' }])
  })
})

describe('latency quantiles', () => {
  it('come as a histogram in which every request is in the bucket that it belongs to', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), { maxLength: 200 }),
        fc.integer({ min: 0, max: 50 }),
        (latencies, failed) => {
          const histogram = latencyHistogram({ answeredMs: latencies, failed, timeoutMs: 30_000 })
          expect(histogram.n).toBe(latencies.length + failed)
          expect(histogram.overflow).toBe(failed + latencies.filter((ms) => ms > 30_000).length)
          expect(histogram.buckets.reduce((sum, [, count]) => sum + count, histogram.overflow)).toBe(histogram.n)
          const edges = histogram.buckets.map(([upper]) => upper)
          expect(edges).toEqual(edges.toSorted((a, b) => a - b))
          const sorted = latencies.filter((ms) => ms <= 30_000).toSorted((a, b) => a - b)
          let rank = 0
          for (const [upper, count] of histogram.buckets) {
            for (const ms of sorted.slice(rank, rank + count)) {
              expect(ms).toBeLessThanOrEqual(upper)
              expect(ms).toBeGreaterThanOrEqual(upper * (1 - histogram.precision) - 0.002)
            }
            rank += count
          }
        },
      ),
    )
  })

  it('count a failed request as one that waited in vain, and as bad', async () => {
    const rows = [
      { dueMs: START, latencyMs: 10, failure: 0 },
      { dueMs: START + 10, latencyMs: 500, failure: 0 },
      { dueMs: START + 20, latencyMs: 1, failure: 2 },
    ]
    const span = { startMs: START, endMs: START + 100, sliceMs: 100 }
    const limited = await measure(rows, { source: 'traffic', kind: 'latency-quantile', quantile: 0.5 }, span, {
      kind: 'below',
      value: 300,
    })
    expect(limited.histogram).toMatchObject({ n: 3, overflow: 1, overflowFromMs: TIMEOUT_MS, precision: 0.001 })
    expect(limited.slices).toEqual([{ startMs: START, n: 3, bad: 2, badAtLeast: 2, value: 500 }])
    const relative = await measure(rows, { source: 'traffic', kind: 'latency-quantile', quantile: 0.99 }, span, {
      kind: 'increase',
      atMost: 200,
    })
    expect(relative.slices).toEqual([{ startMs: START, n: 3, bad: 1, badAtLeast: 1, value: null }])
  })
})

describe('a summary of latency', () => {
  it('counts the answered, and how the others failed, most frequent first', () => {
    const row = (failure: number) => ({ dueMs: START, latencyMs: 5, failure })
    const { histogram, failures } = summariseLatency(recordsFrom([row(0), row(1), row(2), row(2)], TIMEOUT_MS))
    expect(failures).toEqual([
      { what: 'status 503', count: 2 },
      { what: 'timeout', count: 1 },
    ])
    expect(histogram).toMatchObject({ n: 4, overflow: 3, buckets: [[expect.closeTo(5, 2), 1]] })
  })
})

describe('an objective that nobody can measure', () => {
  it('asks a Prometheus that the suite does not name', async () => {
    const { problems, slices } = await measure(
      [],
      { source: 'prometheus', kind: 'value', query: 'x' },
      { startMs: START, endMs: START + 1_000, sliceMs: 500 },
    )
    expect(problems).toEqual([{ code: 'NO_DATA', detail: expect.stringContaining('names none') }])
    expect(slices).toHaveLength(2)
  })

  it('never throws, whatever breaks inside', async () => {
    const traffic = {
      ...trafficOf(recordsFrom([], TIMEOUT_MS)),
      records: () => {
        throw new Error('a bug')
      },
    }
    const observer = createObserver({
      traffic,
      prometheusUrl: undefined,
      scrapeMs: 1_000,
      token: undefined,
      clock: systemClock,
      placeholders: { namespace: undefined },
    })
    const { problems } = await observer.measure(objective({ source: 'traffic', kind: 'success' }), {
      window: 'fault',
      startMs: 0,
      endMs: 1_000,
      sliceMs: 100,
    })
    expect(problems).toEqual([{ code: 'INTERNAL', detail: expect.stringContaining('a bug') }])
  })
})
