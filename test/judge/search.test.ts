import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JudgedStep } from '../../src/judge/facts.ts'
import { judgeExperiment } from '../../src/judge/judge-experiment.ts'
import { judgeSearch, judgeSearchStep, nextSearchValue } from '../../src/judge/search.ts'
import type { SearchSpec } from '../../src/model/suite.ts'
import type { Verdict } from '../../src/model/verdict.ts'
import { codes, facts, HEALTHY, plannedExperiment, proof, repeat, shares, spread } from './setting.ts'

const SPEC: SearchSpec = { parameter: 'latency', from: 0, to: 2_000, precision: 50, atLeast: 300, unit: 'ms' }

function step(
  value: number,
  verdict: Verdict,
  pValue: number | null = 1e-6,
  reasons: JudgedStep['step']['reasons'] = [],
): JudgedStep {
  return {
    step: { value, verdict, objective: 'availability', estimate: null, reasons },
    pValue: verdict === 'fail' ? pValue : null,
  }
}

function searchFor(spec: SearchSpec, verdictAt: (value: number) => Verdict) {
  const steps: { value: number; verdict: Verdict }[] = []
  for (let value = nextSearchValue(spec, steps); value !== undefined; value = nextSearchValue(spec, steps)) {
    steps.push({ value, verdict: verdictAt(value) })
    if (steps.length > 100) throw new Error('the search does not end')
  }
  return steps
}

describe('the next value to ask', () => {
  test('is the far end, then halves', () => {
    const asked = searchFor(SPEC, (value) => (value <= 260 ? 'pass' : 'fail')).map(({ value }) => value)
    expect(asked).toEqual([2_000, 950, 450, 200, 300, 250])
  })

  test('there is none when the far end holds', () => {
    expect(searchFor(SPEC, () => 'pass')).toHaveLength(1)
  })

  test('goes down to where it starts when nothing holds', () => {
    expect(searchFor(SPEC, () => 'fail').at(-1)?.value).toBe(0)
  })

  test('ends with an error, and after three values at which nothing could be told', () => {
    expect(searchFor(SPEC, () => 'error')).toHaveLength(1)
    expect(searchFor(SPEC, () => 'inconclusive')).toHaveLength(3)
  })

  test('goes on around one value at which nothing could be told', () => {
    const asked = searchFor(SPEC, (value) => (value === 450 ? 'inconclusive' : value <= 400 ? 'pass' : 'fail'))
    const { result } = judgeSearch(
      SPEC,
      asked.map(({ value, verdict }) => step(value, verdict)),
    )
    expect([result.holds, result.breaks]).toEqual([400, 500])
    expect(asked.filter(({ value }) => value === 450)).toHaveLength(1)
  })

  test('finds the break on every grid, in logarithmically many steps, and asks nothing twice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.double({ min: 0, max: 1.1, noNaN: true }),
        fc.constantFrom(1, 50, 0.05, 0.1),
        (grid, at, precision) => {
          const to = Number((grid * precision).toPrecision(12))
          const spec: SearchSpec = { ...SPEC, from: 0, to, precision }
          const limit = at * to
          const asked = searchFor(spec, (value) => (value <= limit ? 'pass' : 'fail'))
          expect(asked.length).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(Math.max(2, grid))) + 1)
          expect(new Set(asked.map(({ value }) => value)).size).toBe(asked.length)
          const { holds, breaks } = judgeSearch(
            spec,
            asked.map(({ value, verdict }) => step(value, verdict)),
          ).result
          if (breaks !== null && holds !== null) expect(breaks - holds).toBeLessThanOrEqual(precision * (1 + 1e-9))
          if (breaks !== null) expect(breaks).toBeGreaterThan(limit)
          if (holds !== null) expect(holds).toBeLessThanOrEqual(limit)
        },
      ),
    )
  })

  test('ends whatever the steps say', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
        const verdicts = ['pass', 'fail', 'inconclusive'] as const
        const steps = searchFor(
          SPEC,
          (value) => verdicts[Math.abs(Math.imul(seed, Math.round(value) + 7) >> 5) % 3] ?? 'pass',
        )
        expect(steps.length).toBeLessThanOrEqual(30)
      }),
    )
  })
})

describe('a search', () => {
  const verdictOf = (steps: readonly JudgedStep[], spec: Partial<SearchSpec> = {}) => {
    const planned = plannedExperiment({ search: { ...SPEC, ...spec } })
    return judgeExperiment(facts({ planned, search: steps, evidence: [proof({ fault: 'e1f1s1' })] }))
  }

  test('passes when it holds at least what it must', () => {
    const { verdict, search, objectives } = verdictOf([step(2_000, 'fail'), step(1_000, 'fail'), step(300, 'pass')])
    expect([verdict, search?.holds, search?.breaks, objectives]).toEqual(['pass', 300, 1_000, []])
  })

  test('THRESHOLD_TOO_LOW when it breaks at or below', () => {
    for (const value of [280, 300]) {
      const { verdict, reasons } = verdictOf([step(2_000, 'fail'), step(value, 'fail'), step(200, 'pass')])
      expect([verdict, ...codes({ reasons })]).toEqual(['fail', 'THRESHOLD_TOO_LOW'])
      expect(reasons[0]?.detail).toBe(`it breaks at ${value} ms, must hold 300 ms`)
    }
  })

  test('UNDECIDED when the break was too little to tell after so many steps', () => {
    const { verdict, reasons } = verdictOf([step(2_000, 'fail'), step(300, 'fail', 0.02), step(200, 'pass')])
    expect([verdict, ...codes({ reasons })]).toEqual(['inconclusive', 'UNDECIDED'])
  })

  test('is inconclusive when nothing could be told where it matters', () => {
    const doubt = step(300, 'inconclusive', null, [{ code: 'LOW_TRAFFIC', detail: 'too few' }])
    const { verdict, reasons } = verdictOf([step(2_000, 'fail'), doubt, step(200, 'pass')])
    expect([verdict, ...codes({ reasons })]).toEqual(['inconclusive', 'LOW_TRAFFIC'])
    expect(reasons[0]?.detail).toBe('it holds 200 ms, must hold 300 ms; at 300 ms nothing could be told: too few')
    expect(verdictOf([]).verdict).toBe('inconclusive')
  })

  test('without a least value only has to find something', () => {
    expect(verdictOf([step(2_000, 'fail'), step(1_000, 'pass')], { atLeast: undefined }).verdict).toBe('pass')
    expect(verdictOf([step(2_000, 'inconclusive')], { atLeast: undefined }).verdict).toBe('inconclusive')
  })
})

describe('a step of a search', () => {
  const at = (bad: readonly number[], given = {}) =>
    judgeSearchStep({
      ...facts({ measurements: [shares('baseline', HEALTHY), shares('fault', bad)], ...given }),
      value: 250,
    })

  test('holds, breaks, and says what it was judged by', () => {
    expect(at(HEALTHY).step).toMatchObject({
      value: 250,
      verdict: 'pass',
      objective: 'availability',
      estimate: { n: 3_000, bad: 0 },
    })
    expect(at(spread(600)).step.verdict).toBe('fail')
    expect(at(spread(600)).pValue).toBeLessThan(1e-9)
  })

  test('without proof is inconclusive', () => {
    expect(at(spread(600), { evidence: [] })).toMatchObject({ step: { verdict: 'inconclusive' }, pValue: null })
  })

  test('that a guard ended has broken', () => {
    const { step: one } = at(repeat(3, 50), { aborted: { objective: 'availability', below: 0.9, afterMs: 3_000 } })
    expect([one.verdict, ...codes(one)]).toEqual(['fail', 'ABORT_LIMIT'])
  })
})
