import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ExperimentFacts } from '../../src/judge/facts.ts'
import { judgeExperiment } from '../../src/judge/judge-experiment.ts'
import { judgeSuite, type SuiteFacts } from '../../src/judge/judge-suite.ts'
import { VERDICTS } from '../../src/model/verdict.ts'
import { codes, facts, plannedExperiment, proof, spread, underFault } from './setting.ts'

const CLEAN: SuiteFacts = { leftovers: [], outsideChanges: [], cancelled: false, onInconclusive: 'fail' }
const HELD = facts()
const BROKEN = underFault(spread(600))
/** Fails by itself, and not among many. */
const NARROW = underFault(spread(42))
const UNPROVEN = facts({ evidence: [proof({ status: 'not-effective' })] })
const FAILED = facts({ error: { code: 'ENGINE_FAILED', detail: 'no' } })
const STOPPED = facts({ cancelled: true })
const FEW = { leftovers: [{ what: 'Fault/r-1', why: 'its node did not answer', remedy: 'seaworthy cleanup' }] }

function suite(experiments: readonly ExperimentFacts[], given: Partial<SuiteFacts> = {}) {
  return judgeSuite(experiments.map(judgeExperiment), { ...CLEAN, ...given })
}
const times = (count: number, one: ExperimentFacts) => Array.from({ length: count }, () => one)

describe('the verdict of a suite', () => {
  test('is a pass when every experiment held', () => {
    const { verdict, summary, reasons, blocks } = suite(times(6, HELD))
    expect([verdict, summary, reasons, blocks]).toEqual(['pass', '6 of 6 experiments held', [], false])
  })

  test('an empty suite is an error', () => {
    const { verdict, summary, reasons, blocks } = suite([])
    expect([verdict, summary, blocks]).toEqual(['error', 'internal error, nothing was judged', true])
    expect(codes({ reasons })).toEqual(['INTERNAL'])
  })

  test('is the worst of all, in any order', () => {
    const all = [HELD, BROKEN, UNPROVEN, FAILED, STOPPED]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...all), { minLength: 1, maxLength: 6 }), (chosen) => {
        const { verdict, experiments, blocks } = suite(chosen)
        const worst = Math.max(...experiments.map((one) => VERDICTS.indexOf(one.verdict)))
        expect(verdict).toBe(VERDICTS[worst])
        expect(blocks).toBe(verdict !== 'pass')
        expect(suite([...chosen].reverse()).verdict).toBe(verdict)
      }),
    )
  })

  test('a required thing that the change loosens makes a failure of a pass, and says so', () => {
    const blocked = [{ code: 'GATE_LOOSENED' as const, detail: 'target of availability: 99 % → 90 %' }]
    const judged = judgeSuite([HELD].map(judgeExperiment), { ...CLEAN, blocked })
    expect(judged).toMatchObject({
      verdict: 'fail',
      blocks: true,
      summary: 'this change loosens its own gate',
      reasons: [{ code: 'GATE_LOOSENED', detail: expect.stringContaining('99 % → 90 %') }],
    })
  })

  test('reasons of the run are its own; an experiment keeps its', () => {
    const blocked = { code: 'NO_DATA' as const, detail: 'Prometheus does not answer' }
    expect(suite([HELD, BROKEN]).reasons).toEqual([])
    expect(judgeSuite([], { ...CLEAN, blocked: [blocked] })).toMatchObject({
      verdict: 'error',
      reasons: [blocked, { code: 'INTERNAL' }],
    })
  })

  test('a part of the suite that never reported is an error, and no pass of the rest hides it', () => {
    const blocked = [{ code: 'SHARD_MISSING' as const, detail: 'shard 2 of 3 has no journal' }]
    expect(suite([HELD], { blocked })).toMatchObject({ verdict: 'error', blocks: true, reasons: blocked })
    expect(suite([BROKEN], { blocked })).toMatchObject({ verdict: 'fail' })
  })

  test.each([
    [[BROKEN, BROKEN, HELD, HELD, HELD, HELD], '2 of 6 experiments did not hold'],
    [[BROKEN], '1 of 1 experiment did not hold'],
    [[UNPROVEN, HELD], 'the fault had no measured effect in 1 of 2 experiments'],
    [[facts({ evidence: [] }), HELD], 'the fault did not reach every target in 1 of 2 experiments'],
    [[facts({ evidence: [] }), UNPROVEN], '2 of 2 experiments could not be judged'],
    [[FAILED, HELD], 'engine failed, 1 of 2 experiments could not be judged'],
    [[STOPPED, HELD, HELD], 'the run was cancelled, 2 of 3 experiments judged'],
  ])('in a sentence, case %#', (experiments, sentence) => {
    expect(suite(experiments).summary).toBe(sentence)
  })

  test('too little traffic, in words', () => {
    const few = underFault(spread(0))
    const thin = {
      ...few,
      measurements: few.measurements.map((one) => ({
        ...one,
        slices: one.slices.map((slice) => ({ ...slice, n: 3 })),
      })),
    }
    expect(suite([thin, HELD]).summary).toBe('too little traffic to judge 1 of 2 experiments')
  })

  test('the sentence holds nothing from the suite', () => {
    const hostile = '@everyone <img src=x> `rm -rf`'
    const named = (one: ExperimentFacts) => ({
      ...one,
      planned: plannedExperiment({ name: hostile }),
      error: one.error && { ...one.error, detail: hostile },
    })
    for (const one of [HELD, BROKEN, UNPROVEN, FAILED, STOPPED]) {
      expect(
        suite([named(one)], {
          outsideChanges: [hostile],
          leftovers: [{ what: hostile, why: hostile, remedy: hostile }],
        }).summary,
      ).toMatch(/^[a-z0-9 ,]+$/)
    }
  })
})

describe('asking many questions', () => {
  test('a narrow fail alone stays one', () => {
    const { verdict, experiments } = suite([NARROW])
    expect(verdict).toBe('fail')
    expect(experiments[0]?.objectives[0]?.pHolm).toBe(experiments[0]?.objectives[0]?.pValue)
  })

  test('among many it is UNDECIDED, and says why', () => {
    const { verdict, experiments, summary } = suite([NARROW, ...times(9, HELD)])
    expect(verdict).toBe('inconclusive')
    expect(summary).toBe('too close to call in 1 of 10 experiments')
    const [first] = experiments
    expect(first?.objectives[0]).toMatchObject({
      verdict: 'inconclusive',
      reasons: [
        {
          code: 'UNDECIDED',
          detail: expect.stringContaining('among 10 tests in this suite one this far off can be chance'),
        },
      ],
    })
    expect(first?.objectives[0]?.pHolm).toBeGreaterThan(0.05)
  })

  test('a clear fail stays one among many', () => {
    expect(suite([BROKEN, ...times(29, HELD)]).verdict).toBe('fail')
  })

  test('a search counts as one more question', () => {
    const search = { parameter: 'latency', from: 0, to: 100, precision: 10, atLeast: 50, unit: 'ms' } as const
    const asked = [
      {
        step: { value: 50, verdict: 'fail' as const, objective: 'availability', estimate: null, reasons: [] },
        pValue: 0.02,
      },
    ]
    const searched = facts({ planned: plannedExperiment({ search }), search: asked })
    expect(suite([searched]).verdict).toBe('fail')
    const { experiments } = suite([searched, ...times(9, HELD)])
    expect([experiments[0]?.verdict, ...codes(experiments[0] ?? { reasons: [] })]).toEqual([
      'inconclusive',
      'UNDECIDED',
    ])
  })

  test('experiments come out as journals keep them', () => {
    expect(suite([BROKEN]).experiments[0]).not.toHaveProperty('basis')
  })
})

describe('what blocks', () => {
  test('leftovers block, and do not change what was measured', () => {
    const { verdict, blocks, summary, reasons } = suite([HELD], FEW)
    expect([verdict, blocks, summary]).toEqual(['pass', true, '1 of 1 experiment held, but 1 thing is left behind'])
    expect(reasons).toEqual([{ code: 'CLEANUP_UNPROVEN', detail: 'Fault/r-1 is left behind: its node did not answer' }])
    expect(suite([BROKEN], FEW).summary).toBe('1 of 1 experiment did not hold, and 1 thing is left behind')
  })

  test('something outside the plan that changed is no pass', () => {
    const { verdict, blocks, summary, reasons } = suite([HELD], {
      outsideChanges: ['db-1 restarted by itself (1 times)'],
    })
    expect([verdict, blocks, summary]).toEqual([
      'inconclusive',
      true,
      '1 of 1 experiment held, but something outside the plan changed',
    ])
    expect(codes({ reasons })).toEqual(['CLEANUP_UNPROVEN'])
    expect(suite([BROKEN], { outsideChanges: ['x'] }).verdict).toBe('fail')
  })

  test('a cancelled run is aborted, unless something had failed', () => {
    expect(suite([HELD], { cancelled: true }).verdict).toBe('aborted')
    expect(suite([BROKEN], { cancelled: true }).verdict).toBe('fail')
  })

  test('only inconclusive can be let through, and it stays inconclusive', () => {
    const through = { onInconclusive: 'pass' } as const
    expect(suite([UNPROVEN], through)).toMatchObject({ verdict: 'inconclusive', blocks: false })
    expect(suite([UNPROVEN], { ...through, ...FEW }).blocks).toBe(true)
    for (const one of [BROKEN, FAILED, STOPPED]) expect(suite([one], through).blocks).toBe(true)
  })
})
