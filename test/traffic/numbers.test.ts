import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/kit/random.ts'
import { deliveryProblems, plannedBetween } from '../../src/traffic/delivery.ts'
import { createFailureKinds, failureOfError } from '../../src/traffic/failure-kinds.ts'
import { isLate, latenessLimitMs, nearestRank } from '../../src/traffic/lateness.ts'
import { createLatenessSketch } from '../../src/traffic/lateness-sketch.ts'
import { createRecordStore, FAILED, OK, UNSENT } from '../../src/traffic/record-store.ts'
import { weightedChoice } from '../../src/traffic/weighted-choice.ts'

describe('planned requests', () => {
  it('adjoining windows plan every request exactly once', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 5_000, noNaN: true }),
        fc.array(fc.integer({ min: 0, max: 600_000 }), { minLength: 3, maxLength: 10 }),
        (rate, marks) => {
          const sorted = marks.toSorted((a, b) => a - b)
          const start = 1_700_000_000_000
          const parts = sorted
            .slice(1)
            .map((to, index) => plannedBetween(start, rate, start + (sorted[index] ?? 0), start + to))
          const whole = plannedBetween(start, rate, start + (sorted[0] ?? 0), start + (sorted.at(-1) ?? 0))
          expect(parts.reduce((a, b) => a + b, 0)).toBe(whole)
        },
      ),
    )
  })
  it('counts the due times themselves', () => {
    expect(plannedBetween(1_000, 50, 1_000, 2_000)).toBe(50)
    expect(plannedBetween(1_000, 3, 1_000, 2_000)).toBe(3)
    expect(plannedBetween(1_000, 50, 1_001, 1_020)).toBe(0)
    expect(plannedBetween(1_000, 50, 0, 2_000)).toBe(100)
  })
  it('reports a shortfall and lateness, each with its numbers', () => {
    const row = (lateMs: number, state: number = OK) => ({ dueMs: 0, latencyMs: 1, lateMs, state, failure: 0 })
    expect(deliveryProblems({ planned: 2, rows: [row(0), row(1)], timeoutMs: 1_000 })).toEqual([])
    expect(deliveryProblems({ planned: 3, rows: [row(0), row(1, UNSENT)], timeoutMs: 1_000 })[0]?.detail).toBe(
      '1 of 3 planned requests were sent',
    )
    expect(deliveryProblems({ planned: 3, rows: [row(180), row(190), row(1)], timeoutMs: 1_000 })[0]?.detail).toMatch(
      /99th percentile 190 ms/,
    )
  })
})

describe('lateness', () => {
  it('forgives one late request, and one in a hundred', () => {
    expect(isLate([0, 0, 500], 20)).toBe(false)
    expect(isLate([0, 500, 500], 20)).toBe(true)
    const many = (late: number) => [...new Array(500 - late).fill(0), ...new Array(late).fill(500)]
    expect(isLate(many(5), 20)).toBe(false)
    expect(isLate(many(6), 20)).toBe(true)
  })
  it('allows 50 ms, and more where the time limit is long', () => {
    expect(latenessLimitMs(100)).toBe(50)
    expect(latenessLimitMs(2_000)).toBe(200)
  })
  it('ranks', () => {
    expect(nearestRank([], 0.99)).toBeUndefined()
    expect(nearestRank([3, 1, 2], 0.5)).toBe(2)
    expect(nearestRank([3, 1, 2], 1)).toBe(3)
  })
  it('sketches a whole run', () => {
    const sketch = createLatenessSketch()
    expect(sketch.p99Ms()).toBeNull()
    for (let ms = 1; ms <= 1_000; ms += 1) sketch.add(ms)
    expect(sketch.p99Ms()).toBeGreaterThan(980)
    expect(sketch.p99Ms()).toBeLessThan(1_000)
  })
})

describe('weighted choice', () => {
  it('is the same for the same seed, and never takes a weight of zero', () => {
    const items = [
      { name: 'a', weight: 3 },
      { name: 'b', weight: 0 },
      { name: 'c', weight: 1 },
    ]
    const draw = (seed: number) =>
      Array.from({ length: 1_000 }, weightedChoice(items, seededRandom(seed))).map(({ name }) => name)
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    expect(draw(1)).not.toContain('b')
    const a = draw(1).filter((name) => name === 'a').length
    expect(a).toBeGreaterThan(680)
    expect(a).toBeLessThan(820)
  })
  it('refuses a list in which nothing can be drawn', () => {
    expect(() => weightedChoice([{ weight: 0 }], Math.random)).toThrow(/weight above zero/)
  })
})

describe('kinds of failure', () => {
  it('fit in one byte, however many a hostile service invents', () => {
    const kinds = createFailureKinds()
    const indexes = Array.from({ length: 1_000 }, (_, index) => kinds.indexOf(`status ${index}`))
    expect(Math.max(...indexes)).toBe(255)
    expect(kinds.names()).toHaveLength(256)
    expect(kinds.names()[0]).toBe('ok')
    expect(kinds.names()[255]).toBe('other')
    expect(kinds.indexOf('status 3')).toBe(indexes[3])
  })
  it('tells our own exhaustion from a failure of the service', () => {
    const error = (code: string) => Object.assign(new Error('x'), { code })
    expect(failureOfError(error('EMFILE'))).toBeUndefined()
    expect(failureOfError(error('EADDRNOTAVAIL'))).toBeUndefined()
    expect(failureOfError(error('EHOSTUNREACH'))).toBe('unreachable')
    expect(failureOfError(error('UNABLE_TO_VERIFY_LEAF_SIGNATURE'))).toBe('tls')
    expect(failureOfError(error('ESOMETHING'))).toBe('error ESOMETHING')
    expect(failureOfError(new Error('no code'))).toBe('request failed')
  })
})

describe('the record store', () => {
  it('gives back what was put in, in order of due time, whatever was forgotten and in whatever order rows came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 3_000 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 1_000 }),
        (dues, ordered, cut) => {
          const list = ordered ? dues.toSorted((a, b) => a - b) : dues
          const store = createRecordStore()
          for (const due of list) store.end(store.open(due), due % 3 === 0 ? FAILED : OK, due / 2, due % 3)
          const read = (from: number, to: number) => store.rows(from, to).map((row) => store.at(row)?.dueMs)
          const expected = (from: number, to: number) =>
            list.filter((due) => due >= from && due < to).toSorted((a, b) => a - b)
          expect(read(100, 900)).toEqual(expected(100, 900))
          store.forget(cut)
          expect(read(cut, 2_000)).toEqual(expected(cut, 2_000))
          if (ordered) expect(read(0, cut)).toEqual([])
          for (const row of store.rows(cut, 2_000)) {
            const { dueMs = -1, latencyMs, failure } = store.at(row) ?? {}
            expect([latencyMs, failure]).toEqual([dueMs / 2, dueMs % 3])
          }
        },
      ),
      { numRuns: 50 },
    )
  })
  it('keeps a row that has not ended, and takes its end after others were forgotten', () => {
    const store = createRecordStore()
    const first = store.open(1)
    const second = store.open(2)
    store.end(first, OK, 1, 0)
    store.forget(10)
    expect(store.pendingBefore(2)).toBe(false)
    expect(store.pendingBefore(3)).toBe(true)
    store.end(second, FAILED, 7, 3)
    expect(store.pendingBefore(3)).toBe(false)
    expect(store.at(second)).toMatchObject({ dueMs: 2, latencyMs: 7, failure: 3 })
    expect(store.at(first)).toBeUndefined()
    store.end(first, FAILED, 99, 1)
    expect(store.at(second)?.latencyMs).toBe(7)
  })
})
