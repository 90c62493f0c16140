import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeObjective } from '../../src/judge/judge-objective.ts'
import type { Measurement } from '../../src/model/measurement.ts'
import {
  codes,
  FAST,
  HEALTHY,
  latencies,
  objective,
  P99,
  quantiles,
  RATIO,
  repeat,
  SUCCESS,
  shares,
  spread,
  UNDER,
  VALUE,
  values,
} from './setting.ts'

const healthy = shares('baseline', HEALTHY)

function underShare(bad: readonly number[], target = 0.99, n = 50) {
  const need = objective(SUCCESS, { kind: 'share', target })
  return judgeObjective(need, { baseline: shares('baseline', repeat(60, 0), n), fault: shares('fault', bad, n) })
}

describe('a share that must be kept', () => {
  test('holds up to the number of bad ones that the plan promised', () => {
    expect(underShare(spread(8), 0.995).verdict).toBe('pass')
    expect(underShare(spread(9), 0.995).verdict).toBe('inconclusive')
    expect(underShare(spread(20)).verdict).toBe('pass')
    expect(underShare(spread(21)).verdict).toBe('inconclusive')
  })

  test('has its estimate with one-sided bounds, the good ones counted', () => {
    const { fault, means, unit, pHolm } = underShare(spread(87), 0.995)
    expect([means, unit, pHolm]).toEqual(['requests answered', 'share', null])
    expect(fault?.value).toBeCloseTo(1 - 87 / 3_000, 12)
    expect(fault?.low).toBeCloseTo(0.9654, 4)
    expect(fault?.high).toBeCloseTo(0.9759, 4)
    expect([fault?.n, fault?.bad, fault?.designEffect]).toEqual([3_000, 87, 1])
  })

  test('OBJECTIVE_MISSED with its numbers when it is proven', () => {
    const { verdict, reasons, pValue } = underShare(spread(87), 0.995)
    expect(verdict).toBe('fail')
    expect(reasons).toEqual([
      { code: 'OBJECTIVE_MISSED', detail: '87 of 3000 requests failed: at most 97.6 % held, needs 99.5 %' },
    ])
    expect(pValue).toBeLessThan(1e-9)
  })

  test('UNDECIDED where the bounds lie on both sides', () => {
    const { verdict, reasons } = underShare(spread(30))
    expect([verdict, ...codes({ reasons })]).toEqual(['inconclusive', 'UNDECIDED'])
    expect(reasons[0]?.detail).toContain('needs 99 %')
  })

  test('LOW_TRAFFIC where even none bad would not be enough', () => {
    const few = judgeObjective(objective(SUCCESS, { kind: 'share', target: 0.995 }), {
      baseline: shares('baseline', repeat(60, 0), 6),
      fault: shares('fault', spread(3), 6),
    })
    expect(few.verdict).toBe('inconclusive')
    expect(few.reasons).toEqual([
      { code: 'LOW_TRAFFIC', detail: '3 of 360 requests failed; even with no failure, 598 are needed to tell' },
    ])
    expect(underShare(repeat(60, 0), 1).reasons[0]?.detail).toContain('no number is enough')
  })

  test('little traffic is enough for a clear failure', () => {
    expect(underShare(repeat(60, 3), 0.995, 6).verdict).toBe('fail')
  })

  test('failures in clusters are worth less than the same number spread out', () => {
    const even = underShare(spread(60))
    const clustered = underShare([...repeat(59, 0), 50])
    expect(even.verdict).toBe('fail')
    expect(clustered.verdict).toBe('inconclusive')
    expect(clustered.fault?.designEffect).toBeGreaterThan(10)
    expect(clustered.reasons[0]?.detail).toContain('in clusters')
  })

  test('an outage of the whole window is a fail', () => {
    expect(underShare(repeat(60, 50)).verdict).toBe('fail')
  })

  test('BASELINE_UNHEALTHY, whatever happened under the fault', () => {
    const sick = shares('baseline', spread(120))
    for (const under of [spread(0), spread(3_000)]) {
      const { verdict, reasons } = judgeObjective(objective(), { baseline: sick, fault: shares('fault', under) })
      expect(verdict).toBe('inconclusive')
      expect(reasons).toEqual([
        { code: 'BASELINE_UNHEALTHY', detail: 'it was already failing before the fault: 96 %, needs 99 %' },
      ])
    }
  })

  test('BUCKET_TOO_COARSE where the edges around the limit disagree', () => {
    const bracket = (atLeast: number, most: number): Measurement => {
      const measured = shares('fault', spread(most))
      return {
        ...measured,
        slices: measured.slices.map((slice, index) => ({ ...slice, badAtLeast: spread(atLeast)[index] ?? 0 })),
      }
    }
    const judge = (atLeast: number, most: number) =>
      judgeObjective(objective(UNDER), { baseline: shares('baseline', HEALTHY), fault: bracket(atLeast, most) })
    expect(codes(judge(0, 200))).toEqual(['BUCKET_TOO_COARSE'])
    expect(judge(0, 200).verdict).toBe('inconclusive')
    expect(judge(0, 200).reasons[0]?.detail).toBe(
      'the histogram has no edge at 300 ms: between 0 and 200 were too slow',
    )
    expect(judge(0, 10).verdict).toBe('pass')
    expect(judge(100, 200).verdict).toBe('fail')
  })

  test('adding a bad request never turns a fail into a pass, nor raises either end of the bounds of independent failures', () => {
    const slices = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 8, maxLength: 40 })
    fc.assert(
      fc.property(
        slices,
        fc.nat(),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(0.9, 0.95, 0.99),
        (bad, place, more, target) => {
          const worse = bad.map((count, index) => (index === place % bad.length ? Math.min(20, count + more) : count))
          const [before, after] = [underShare(bad, target, 20), underShare(worse, target, 20)]
          if (before.verdict === 'fail') expect(after.verdict).not.toBe('pass')
          expect(after.fault?.value ?? 1).toBeLessThanOrEqual(before.fault?.value ?? 0)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('a share that may rise by a margin', () => {
  const rise = (before: number, under: number, atMost: number, n = 50) =>
    judgeObjective(objective(FAST, { kind: 'increase', atMost }), {
      baseline: shares('baseline', spread(before), n),
      fault: shares('fault', spread(under), n),
    })

  test('is judged against this run itself', () => {
    expect(rise(30, 60, 0.05).verdict).toBe('pass')
    expect(rise(30, 195, 0.05).verdict).toBe('inconclusive')
    expect(rise(30, 400, 0.05).verdict).toBe('fail')
    expect(rise(30, 400, 0.05).increase?.value).toBeCloseTo(370 / 3_000, 12)
    expect(rise(30, 400, 0.05).reasons[0]?.detail).toMatch(
      /^400 of 3000 requests failed or took longer than 300 ms, 30 of 3000 before: at least 11\.\d+ points more/,
    )
  })

  test('holds a margin on a baseline that would miss any target', () => {
    expect(rise(600, 620, 0.1).verdict).toBe('pass')
  })

  test('LOW_TRAFFIC, UNDECIDED and BASELINE_UNHEALTHY', () => {
    expect(codes(rise(0, 0, 0.04, 1))).toEqual(['LOW_TRAFFIC'])
    expect(codes(rise(0, 160, 0.05))).toEqual(['UNDECIDED'])
    expect(codes(rise(2_400, 2_400, 0.05))).toEqual(['BASELINE_UNHEALTHY'])
  })
})

describe('a quantile', () => {
  const below = (histogram: ReturnType<typeof latencies>, value = 300, baseline = latencies({ 80: 3_000 })) =>
    judgeObjective(objective(P99, { kind: 'below', value }), {
      baseline: quantiles('baseline', baseline),
      fault: quantiles('fault', histogram),
    })
  const rise = (histogram: ReturnType<typeof latencies>, atMost = 200, baseline = latencies({ 80: 3_000 })) =>
    judgeObjective(objective(P99, { kind: 'increase', atMost }), {
      baseline: quantiles('baseline', baseline),
      fault: quantiles('fault', histogram),
    })

  test('has rank bounds in ms', () => {
    const { fault, unit, means } = below(latencies({ 100: 2_950, 200: 20, 400: 30 }))
    expect([unit, means, fault?.value, fault?.high]).toEqual(['ms', 'p99', 200, 400])
    expect(fault?.low).toBeCloseTo(200, 0)
  })

  test('passes below and fails above its limit', () => {
    expect(below(latencies({ 100: 2_990, 900: 10 })).verdict).toBe('pass')
    expect(below(latencies({ 100: 2_900, 900: 100 })).verdict).toBe('fail')
    expect(below(latencies({ 100: 2_900, 900: 100 })).reasons[0]?.detail).toBe(
      'p99 was over 899 ms, needs below 300 ms',
    )
    expect(codes(below(latencies({ 100: 2_970, 900: 30 })))).toEqual(['UNDECIDED'])
  })

  test('failed requests are slower than any limit', () => {
    expect(below(latencies({ 100: 2_900 }, 100)).verdict).toBe('fail')
    expect(below(latencies({ 100: 2_900 }, 100)).fault).toMatchObject({ value: null, high: null, bad: 100 })
  })

  test('LOW_TRAFFIC below the number that a bound needs', () => {
    expect(codes(below(latencies({ 100: 240 })))).toEqual(['LOW_TRAFFIC'])
  })

  test('CENSORED_QUANTILE where the limit lies beyond what was measured', () => {
    const { verdict, reasons } = below(latencies({ 100: 2_900 }, 100), 5_000)
    expect([verdict, ...codes({ reasons })]).toEqual(['inconclusive', 'CENSORED_QUANTILE'])
    expect(codes(rise(latencies({ 100: 3_000 }), 200, latencies({ 100: 2_900 }, 100)))).toEqual(['CENSORED_QUANTILE'])
  })

  test('BUCKET_TOO_COARSE where the limit lies inside a bucket', () => {
    const coarse = {
      buckets: [
        [100, 2_900],
        [250, 0],
        [500, 100],
      ] as const,
      overflow: 0,
      overflowFromMs: 500,
      n: 3_000,
      precision: 0,
    }
    const { verdict, reasons } = below(coarse)
    expect([verdict, ...codes({ reasons })]).toEqual(['inconclusive', 'BUCKET_TOO_COARSE'])
    expect(below(coarse, 240).verdict).toBe('fail')
    expect(below(coarse, 500).verdict).toBe('pass')
  })

  test('BASELINE_UNHEALTHY', () => {
    expect(codes(below(latencies({ 100: 3_000 }), 300, latencies({ 900: 3_000 })))).toEqual(['BASELINE_UNHEALTHY'])
  })

  test('may rise by a margin over the baseline', () => {
    const steady = rise(latencies({ 127: 3_000 }))
    expect([steady.verdict, steady.increase?.value]).toEqual(['pass', 47])
    const broken = rise(latencies({ 100: 2_800, 1100: 200 }))
    expect([broken.verdict, broken.increase?.value]).toEqual(['fail', 1_020])
    expect(broken.pValue).toBeLessThan(1e-6)
    expect(codes(rise(latencies({ 100: 2_970, 900: 30 })))).toEqual(['UNDECIDED'])
  })

  test('a rise beyond what could be measured is a fail with an open end', () => {
    const { verdict, increase } = rise(latencies({ 100: 2_900 }, 100))
    expect(verdict).toBe('fail')
    expect([increase?.value, increase?.high]).toEqual([null, null])
    expect(increase?.low).toBeCloseTo(1_920, 0)
  })

  test('slow ones in one cluster prove nothing', () => {
    const histogram = latencies({ 100: 2_900, 900: 100 })
    const fault = quantiles('fault', histogram, 100)
    const slow = { ...fault, slices: fault.slices.map((slice, index) => ({ ...slice, value: index < 2 ? 900 : 100 })) }
    const { verdict } = judgeObjective(objective(P99, { kind: 'below', value: 300 }), {
      baseline: quantiles('baseline', latencies({ 80: 3_000 })),
      fault: slow,
    })
    expect(verdict).toBe('inconclusive')
  })
})

describe('a value', () => {
  const below = (under: readonly (number | null)[], before: readonly number[] = repeat(20, 2)) =>
    judgeObjective(objective(VALUE, { kind: 'below', value: 30 }), {
      baseline: values('baseline', before),
      fault: values('fault', under),
    })

  test('holds when every slice does, and shows the worst', () => {
    const { verdict, fault, unit, pValue } = below([...repeat(19, 3), 29])
    expect([verdict, unit, pValue]).toEqual(['pass', 'value', null])
    expect(fault).toMatchObject({ value: 29, low: null, high: null, n: 20, bad: 0 })
  })

  test('is not below when it is equal', () => {
    expect(below([...repeat(19, 3), 30]).verdict).toBe('inconclusive')
  })

  test('one odd slice is UNDECIDED, three in a row OBJECTIVE_MISSED', () => {
    expect(codes(below([...repeat(19, 3), 31]))).toEqual(['UNDECIDED'])
    expect(codes(below([...repeat(17, 3), 31, 99, 40]))).toEqual(['OBJECTIVE_MISSED'])
    expect(below([...repeat(17, 3), 31, 99, 40]).verdict).toBe('fail')
    expect(below([...repeat(17, 3), 31, 99, 40]).reasons[0]?.detail).toBe(
      '3 of 20 slices were not below 30; the worst was 99',
    )
  })

  test('may have to stay above', () => {
    const above = (under: readonly number[]) =>
      judgeObjective(objective(VALUE, { kind: 'above', value: 5 }), {
        baseline: values('baseline', repeat(20, 9)),
        fault: values('fault', under),
      })
    expect(above(repeat(20, 6)).verdict).toBe('pass')
    expect(above(repeat(20, 4))).toMatchObject({ verdict: 'fail', fault: { value: 4, bad: 20 } })
  })

  test('BASELINE_UNHEALTHY when it was broken before', () => {
    expect(codes(below(repeat(20, 50), repeat(20, 50)))).toEqual(['BASELINE_UNHEALTHY'])
  })

  test('may rise by a margin', () => {
    const wave = (level: number) => Array.from({ length: 20 }, (_, index) => level + ((index * 7) % 5) / 10)
    const rise = (under: readonly number[], before: readonly number[] = wave(10)) =>
      judgeObjective(objective(VALUE, { kind: 'increase', atMost: 3 }), {
        baseline: values('baseline', before),
        fault: values('fault', under),
      })
    expect(rise(wave(11)).verdict).toBe('pass')
    expect(rise(wave(15)).verdict).toBe('fail')
    expect(rise(wave(15)).increase?.value).toBeCloseTo(5, 9)
    expect(codes(rise(wave(13)))).toEqual(['UNDECIDED'])
    expect(
      codes(
        rise(
          wave(15),
          Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 0 : 40)),
        ),
      ),
    ).toEqual(['BASELINE_UNHEALTHY'])
  })
})

describe('what does not go together', () => {
  test('is an error of ours, never a pass', () => {
    const { verdict, reasons } = judgeObjective(objective(SUCCESS, { kind: 'below', value: 3 }), {
      baseline: healthy,
      fault: shares('fault', HEALTHY),
    })
    expect([verdict, ...codes({ reasons })]).toEqual(['error', 'INTERNAL'])
  })

  test('queries are kept once, and slices are counted from the first window', () => {
    const asked = (window: 'baseline' | 'fault') => ({ ...shares(window, HEALTHY), queries: ['a', 'b'] })
    const { queries, slices } = judgeObjective(objective(RATIO), { baseline: asked('baseline'), fault: asked('fault') })
    expect(queries).toEqual(['a', 'b'])
    expect(slices).toHaveLength(120)
    expect(slices[60]).toEqual({ tMs: 60_000, window: 'fault', n: 50, bad: 0, value: null })
  })
})
