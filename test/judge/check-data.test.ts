import { describe, expect, test } from 'vitest'
import { judgeExperiment } from '../../src/judge/judge-experiment.ts'
import { judgeObjective, type Measurements } from '../../src/judge/judge-objective.ts'
import type { Measurement, Problem } from '../../src/model/measurement.ts'
import type { PlannedObjective } from '../../src/model/plan.ts'
import type { ReasonCode } from '../../src/model/verdict.ts'
import {
  codes,
  FAST,
  facts,
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
  VALUE,
  values,
} from './setting.ts'

type Spoil = (measurement: Measurement) => Measurement | undefined

interface Case {
  readonly what: string
  readonly spoil: Spoil
  readonly code: ReasonCode
  /** `share` unless another kind of number is spoilt. */
  readonly kind?: 'quantile' | 'value'
}

const slicesOf =
  (change: (slice: Measurement['slices'][number], index: number) => object): Spoil =>
  (measurement) => ({
    ...measurement,
    slices: measurement.slices.map((slice, index) => ({ ...slice, ...change(slice, index) })),
  })
const problem = (...codes: readonly ReasonCode[]): Spoil => {
  const problems: Problem[] = codes.map((code) => ({ code, detail: `${code} while reading` }))
  return (measurement) => ({ ...measurement, problems })
}
const first =
  (count: number): Spoil =>
  (measurement) => ({
    ...measurement,
    endMs: measurement.startMs + count * measurement.sliceMs,
    slices: measurement.slices.slice(0, count),
  })
const histogramOf =
  (change: object): Spoil =>
  (measurement) => ({ ...measurement, histogram: { ...latencies({ 80: 3_000 }), ...change } })
const empty = { n: 0, bad: 0, badAtLeast: 0, value: null }

/** Ways in which numbers can be missing, broken or worth less; what each source calls them is in the names. */
const CASES: readonly Case[] = [
  { what: 'the window was never measured', spoil: () => undefined, code: 'NO_DATA' },
  {
    what: 'an empty answer: no slice at all',
    spoil: (measurement) => ({ ...measurement, slices: [] }),
    code: 'NO_DATA',
  },
  { what: 'every slice empty: 0 of 0', spoil: slicesOf(() => empty), code: 'NO_DATA' },
  { what: 'a series that does not exist', spoil: problem('NO_DATA'), code: 'NO_DATA' },
  {
    what: 'the target is down: no sample',
    spoil: (measurement) => problem('NO_DATA')({ ...measurement, slices: [] }),
    code: 'NO_DATA',
  },
  { what: 'NaN events', spoil: slicesOf(() => ({ n: Number.NaN })), code: 'PARTIAL_DATA' },
  { what: 'NaN bad ones', spoil: slicesOf(() => ({ bad: Number.NaN })), code: 'PARTIAL_DATA' },
  {
    what: 'one NaN among good slices',
    spoil: slicesOf((_, index) => (index === 30 ? { bad: Number.NaN } : {})),
    code: 'PARTIAL_DATA',
  },
  { what: 'infinite events', spoil: slicesOf(() => ({ n: Number.POSITIVE_INFINITY })), code: 'PARTIAL_DATA' },
  { what: 'negative events', spoil: slicesOf(() => ({ n: -50 })), code: 'PARTIAL_DATA' },
  { what: 'negative bad ones', spoil: slicesOf(() => ({ bad: -1, badAtLeast: -1 })), code: 'PARTIAL_DATA' },
  { what: 'more bad ones than events', spoil: slicesOf(() => ({ bad: 51 })), code: 'PARTIAL_DATA' },
  { what: 'fewest bad above most bad', spoil: slicesOf(() => ({ badAtLeast: 1 })), code: 'PARTIAL_DATA' },
  {
    what: 'events that are no whole number, as increase() gives',
    spoil: slicesOf(() => ({ n: 49.7 })),
    code: 'PARTIAL_DATA',
  },
  { what: 'more events than can be counted', spoil: slicesOf(() => ({ n: 2 ** 60 })), code: 'PARTIAL_DATA' },
  { what: 'a value that is not a number', spoil: slicesOf(() => ({ value: Number.NaN })), code: 'PARTIAL_DATA' },
  {
    what: 'overlapping slices, as rate() over a window gives',
    spoil: slicesOf(({ startMs }, index) => ({ startMs: startMs - index * 900 })),
    code: 'PARTIAL_DATA',
  },
  {
    what: 'the same slice again and again',
    spoil: slicesOf((_, index) => (index === 0 ? {} : { startMs: 1_060_000 })),
    code: 'PARTIAL_DATA',
  },
  {
    what: 'slices in the wrong order',
    spoil: (measurement) => ({ ...measurement, slices: [...measurement.slices].reverse() }),
    code: 'PARTIAL_DATA',
  },
  {
    what: 'slices of an older time: lookback',
    spoil: slicesOf(({ startMs }) => ({ startMs: startMs - 300_000 })),
    code: 'PARTIAL_DATA',
  },
  {
    what: 'slices of a later time',
    spoil: slicesOf(({ startMs }) => ({ startMs: startMs + 300_000 })),
    code: 'PARTIAL_DATA',
  },
  { what: 'a slice without a time', spoil: slicesOf(() => ({ startMs: Number.NaN })), code: 'PARTIAL_DATA' },
  {
    what: 'a window that ends before it starts',
    spoil: (measurement) => ({ ...measurement, endMs: measurement.startMs - 1 }),
    code: 'PARTIAL_DATA',
  },
  {
    what: 'a window without a time',
    spoil: (measurement) => ({ ...measurement, startMs: Number.NaN }),
    code: 'PARTIAL_DATA',
  },
  { what: 'slices without a length', spoil: (measurement) => ({ ...measurement, sliceMs: 0 }), code: 'PARTIAL_DATA' },
  {
    what: 'numbers of another window',
    spoil: (measurement) => ({ ...measurement, window: measurement.window === 'recovery' ? 'baseline' : 'recovery' }),
    code: 'PARTIAL_DATA',
  },
  {
    what: 'numbers of another objective',
    spoil: (measurement) => ({ ...measurement, objective: 'other' }),
    code: 'PARTIAL_DATA',
  },
  { what: 'one slice', spoil: first(1), code: 'TOO_FEW_SLICES' },
  { what: 'seven slices', spoil: first(7), code: 'TOO_FEW_SLICES' },
  {
    what: 'a third of the slices empty',
    spoil: slicesOf((_, index) => (index % 3 === 0 ? empty : {})),
    code: 'TOO_FEW_SLICES',
  },
  {
    what: 'a third of the slices missing',
    spoil: (measurement) => ({ ...measurement, slices: measurement.slices.filter((_, index) => index % 3 !== 0) }),
    code: 'TOO_FEW_SLICES',
  },
  {
    what: 'nothing after the first half',
    spoil: slicesOf((_, index) => (index > 30 ? empty : {})),
    code: 'TOO_FEW_SLICES',
  },
  {
    what: 'the second half of the window is absent',
    spoil: (measurement) => ({ ...measurement, slices: measurement.slices.slice(0, 30) }),
    code: 'TOO_FEW_SLICES',
  },
  { what: 'a 2xx body with warnings', spoil: problem('PARTIAL_DATA'), code: 'PARTIAL_DATA' },
  { what: 'clocks that disagree', spoil: problem('CLOCK_SKEW'), code: 'CLOCK_SKEW' },
  { what: 'a counter that went back', spoil: problem('COUNTER_RESET'), code: 'COUNTER_RESET' },
  { what: 'a generator that fell behind', spoil: problem('LOAD_NOT_DELIVERED'), code: 'LOAD_NOT_DELIVERED' },
  { what: 'a bucket that is too coarse to read', spoil: problem('BUCKET_TOO_COARSE'), code: 'BUCKET_TOO_COARSE' },
  { what: 'a source that could not be asked', spoil: problem('PLATFORM_FAILED'), code: 'PLATFORM_FAILED' },
  { what: 'a generator that ended', spoil: problem('TRAFFIC_FAILED'), code: 'TRAFFIC_FAILED' },
  { what: 'several problems at once', spoil: problem('CLOCK_SKEW', 'COUNTER_RESET'), code: 'COUNTER_RESET' },
  {
    what: 'no histogram',
    spoil: (measurement) => ({ ...measurement, histogram: undefined }),
    code: 'NO_DATA',
    kind: 'quantile',
  },
  { what: 'an empty histogram', spoil: histogramOf(latencies({})), code: 'NO_DATA', kind: 'quantile' },
  {
    what: 'a histogram whose counts are not its sum',
    spoil: histogramOf({ n: 9_000 }),
    code: 'PARTIAL_DATA',
    kind: 'quantile',
  },
  {
    what: 'a histogram with a negative count',
    spoil: histogramOf({
      buckets: [
        [80, -5],
        [90, 3_005],
      ],
    }),
    code: 'PARTIAL_DATA',
    kind: 'quantile',
  },
  {
    what: 'a histogram with edges out of order',
    spoil: histogramOf({
      buckets: [
        [90, 1_500],
        [80, 1_500],
      ],
    }),
    code: 'PARTIAL_DATA',
    kind: 'quantile',
  },
  {
    what: 'a histogram with an endless edge',
    spoil: histogramOf({ buckets: [[Number.POSITIVE_INFINITY, 3_000]] }),
    code: 'PARTIAL_DATA',
    kind: 'quantile',
  },
  {
    what: 'a histogram without an edge of its overflow',
    spoil: histogramOf({ overflowFromMs: Number.NaN }),
    code: 'PARTIAL_DATA',
    kind: 'quantile',
  },
  { what: 'a query without a value', spoil: slicesOf(() => empty), code: 'NO_DATA', kind: 'value' },
  {
    what: 'an infinite value',
    spoil: slicesOf(() => ({ value: Number.NEGATIVE_INFINITY })),
    code: 'PARTIAL_DATA',
    kind: 'value',
  },
  {
    what: 'values with holes',
    spoil: slicesOf((_, index) => (index % 3 === 0 ? empty : {})),
    code: 'TOO_FEW_SLICES',
    kind: 'value',
  },
]

/** A passing pair of windows for each kind of number. */
function healthy(kind: Case['kind']): { of: PlannedObjective; baseline: Measurement; fault: Measurement } {
  if (kind === 'quantile') {
    const histogram = latencies({ 80: 3_000 })
    return {
      of: objective(P99, { kind: 'below', value: 300 }),
      baseline: quantiles('baseline', histogram),
      fault: quantiles('fault', histogram),
    }
  }
  if (kind === 'value')
    return {
      of: objective(VALUE, { kind: 'below', value: 30 }),
      baseline: values('baseline', repeat(60, 2)),
      fault: values('fault', repeat(60, 3)),
    }
  return { of: objective(RATIO), baseline: shares('baseline', HEALTHY), fault: shares('fault', HEALTHY) }
}

describe('numbers that cannot carry a pass', () => {
  test('there are enough cases, and what they spoil passes otherwise', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(40)
    for (const kind of [undefined, 'quantile', 'value'] as const) {
      const { of, baseline, fault } = healthy(kind)
      expect(judgeObjective(of, { baseline, fault }).verdict).toBe('pass')
    }
  })

  test.each(CASES)('$what is $code under the fault, and no pass before it either', ({ spoil, code, kind }) => {
    const { of, baseline, fault } = healthy(kind)
    const spoilt: Measurements = { baseline, fault: spoil(fault) }
    const judged = judgeObjective(of, spoilt)
    expect(judged.verdict).not.toBe('pass')
    expect(judged.verdict).not.toBe('fail')
    expect(codes(judged)).toContain(code)
    const before = judgeObjective(of, { baseline: spoil(baseline), fault })
    expect(['pass', 'fail']).not.toContain(before.verdict)
  })

  test.each(CASES.filter(({ kind }) => kind === undefined))(
    '$what does not let an experiment pass, in any window',
    ({ spoil }) => {
      for (const window of ['baseline', 'fault', 'recovery'] as const) {
        const { planned, measurements, ...rest } = facts()
        const spoilt = measurements.flatMap((one) => (one.window === window ? (spoil(one) ?? []) : [one]))
        const judged = judgeExperiment({
          ...rest,
          planned: { ...planned, objectives: [objective(RATIO)] },
          measurements: spoilt,
        })
        expect(judged.verdict).not.toBe('pass')
      }
    },
  )

  test('slices are never repaired into something that was not measured', () => {
    const { of, baseline, fault } = healthy(undefined)
    const spoilt = slicesOf(() => ({ n: Number.NaN, bad: -3, value: Number.NaN }))(fault)
    const { slices, fault: estimate } = judgeObjective(of, { baseline, fault: spoilt })
    expect(estimate).toBeNull()
    expect(
      slices
        .filter(({ window }) => window === 'fault')
        .every(({ n, bad, value }) => n === 0 && bad === 0 && value === null),
    ).toBe(true)
  })
})

describe('a failure in spoilt numbers', () => {
  const broken = shares('fault', spread(600))

  test('stays one when requests failed and the generator was only slow', () => {
    const spoilt = problem('LOAD_NOT_DELIVERED')(broken)
    const judged = judgeObjective(objective(SUCCESS), { baseline: shares('baseline', HEALTHY), fault: spoilt })
    expect(judged.verdict).toBe('fail')
    expect(codes(judged)).toEqual(['OBJECTIVE_MISSED', 'LOAD_NOT_DELIVERED'])
  })

  test('does not when the generator may have made it slow itself', () => {
    const spoilt = problem('LOAD_NOT_DELIVERED')(broken)
    expect(judgeObjective(objective(FAST), { baseline: shares('baseline', HEALTHY), fault: spoilt }).verdict).toBe(
      'inconclusive',
    )
  })

  test.each(['PARTIAL_DATA', 'CLOCK_SKEW', 'COUNTER_RESET'] as const)('does not with %s', (code) => {
    const judged = judgeObjective(objective(RATIO), {
      baseline: shares('baseline', HEALTHY),
      fault: problem(code)(broken),
    })
    expect([judged.verdict, ...codes(judged)]).toEqual(['inconclusive', code])
  })

  test('a window may be a slice short without being called incomplete', () => {
    const short = { ...broken, slices: broken.slices.slice(0, 59) }
    expect(judgeObjective(objective(), { baseline: shares('baseline', HEALTHY), fault: short }).verdict).toBe('fail')
  })
})
