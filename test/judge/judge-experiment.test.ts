import { describe, expect, test } from 'vitest'
import { judgeExperiment } from '../../src/judge/judge-experiment.ts'
import type { Evidence } from '../../src/model/evidence.ts'
import {
  codes,
  facts,
  HEALTHY,
  judged,
  objective,
  plannedExperiment,
  plannedFault,
  proof,
  repeat,
  START,
  SUCCESS,
  shares,
  spread,
  underFault,
} from './setting.ts'

const BROKEN = spread(600)

describe('an experiment', () => {
  test('passes when its objectives held, its fault is proven and it recovered', () => {
    const { verdict, reasons, recovery, objectives } = judged()
    expect([verdict, reasons]).toEqual(['pass', []])
    expect(recovery).toMatchObject({ lowMs: 0, highMs: 1_000, verdict: 'pass' })
    expect(objectives).toHaveLength(1)
  })

  test('is the same when its facts were written down and read again', () => {
    const given = underFault(BROKEN)
    expect(judgeExperiment(JSON.parse(JSON.stringify(given)))).toEqual(judgeExperiment(given))
  })

  test('fails with its objective, named in the reason', () => {
    const { verdict, reasons } = judgeExperiment(underFault(BROKEN))
    expect(verdict).toBe('fail')
    expect(reasons).toMatchObject([{ code: 'OBJECTIVE_MISSED', objective: 'availability' }])
  })

  test('is the worst of its objectives', () => {
    const second = objective(SUCCESS, { kind: 'share', target: 0.5 }, 'half')
    const given = underFault(BROKEN)
    const both = judgeExperiment({
      ...given,
      planned: plannedExperiment({ objectives: [second, objective()] }),
      measurements: [
        ...given.measurements,
        shares('baseline', HEALTHY, 50, 'half'),
        shares('fault', BROKEN, 50, 'half'),
        shares('recovery', HEALTHY, 50, 'half'),
      ],
    })
    expect(both.objectives.map(({ verdict }) => verdict)).toEqual(['pass', 'fail'])
    expect(both.verdict).toBe('fail')
  })

  test('NO_DATA when nothing is judged in it', () => {
    const { verdict, reasons } = judged({ planned: plannedExperiment({ objectives: [] }), measurements: [] })
    expect([verdict, ...codes({ reasons })]).toEqual(['inconclusive', 'NO_DATA'])
  })

  test('may be judged by its checks alone', () => {
    const given = { planned: plannedExperiment({ objectives: [] }), measurements: [] }
    expect(judged({ ...given, checks: [{ what: 'http /healthz', ok: true, detail: 'status 200' }] }).verdict).toBe(
      'pass',
    )
  })

  test('CHECK_FAILED', () => {
    const { verdict, reasons } = judged({ checks: [{ what: 'http /healthz', ok: false, detail: 'status 503' }] })
    expect(verdict).toBe('fail')
    expect(reasons).toEqual([{ code: 'CHECK_FAILED', detail: 'http /healthz: status 503' }])
  })
})

describe('without proof of the fault nothing counts', () => {
  const unproven: readonly [string, readonly Evidence[], string][] = [
    ['no evidence at all', [], 'NOT_INJECTED'],
    ['evidence of another fault', [proof({ fault: 'e9f9' })], 'NOT_INJECTED'],
    ['the engine says so', [proof({ status: 'not-injected' })], 'NOT_INJECTED'],
    [
      'one of two targets',
      [
        proof({
          injected: [
            { target: 'api-1', ok: true, detail: '' },
            { target: 'api-2', ok: false, detail: 'gone' },
          ],
        }),
      ],
      'NOT_INJECTED',
    ],
    ['no target', [proof({ injected: [] })], 'NOT_INJECTED'],
    ['no effect', [proof({ status: 'not-effective', seen: '0.4 ms before, 0.4 ms under the fault' })], 'NOT_EFFECTIVE'],
    ['not crossed', [proof({ status: 'not-observed', crossed: 0 })], 'NOT_OBSERVED'],
    ['ended by somebody else', [proof({ recoveredAtMs: START.recovery - 20_000 })], 'ABORTED_EXTERNALLY'],
    ['proven first and not last', [proof(), proof({ status: 'not-effective' })], 'NOT_EFFECTIVE'],
  ]

  test.each(unproven)('%s: neither a pass nor a fail', (_, evidence, code) => {
    for (const under of [HEALTHY, BROKEN]) {
      const { verdict, reasons } = judgeExperiment(underFault(under, { evidence }))
      expect(verdict).toBe('inconclusive')
      expect(codes({ reasons })).toContain(code)
    }
  })

  test('says how many targets were reached, and what was seen', () => {
    expect(judged({ evidence: unproven[3]?.[1] ?? [] }).reasons[0]?.detail).toBe(
      'network-partition reached 1 of 2 targets',
    )
    expect(judged({ evidence: unproven[5]?.[1] ?? [] }).reasons[0]?.detail).toBe(
      'network-partition had no effect: 0.4 ms before, 0.4 ms under the fault',
    )
  })

  test('every fault of several needs its proof, in parallel steps as well', () => {
    const steps = [
      { step: 'fault', fault: plannedFault() } as const,
      {
        step: 'parallel',
        steps: [
          { step: 'wait', ms: 5 },
          { step: 'fault', fault: plannedFault({ id: 'e1f2', type: 'pod-kill' }) },
        ],
      } as const,
    ]
    const planned = plannedExperiment({ steps })
    expect(codes(judged({ planned }))).toEqual(['NOT_INJECTED'])
    expect(judged({ planned, evidence: [proof(), proof({ fault: 'e1f2' })] }).verdict).toBe('pass')
  })

  test('an experiment without a fault proves nothing', () => {
    expect(codes(judged({ planned: plannedExperiment({ steps: [{ step: 'wait', ms: 10 }] }) }))).toEqual([
      'NOT_INJECTED',
    ])
  })

  test('a kill has nothing to end, so its early end is not an outsider', () => {
    const evidence = [proof({ endedBy: 'nothing-to-end', recoveredAtMs: START.fault + 2_000 })]
    expect(judged({ evidence }).verdict).toBe('pass')
  })

  test('a check that failed, or an abort, under an unproven fault is inconclusive too', () => {
    const evidence = [proof({ status: 'not-injected' })]
    expect(judged({ evidence, checks: [{ what: 'x', ok: false, detail: 'y' }] }).verdict).toBe('inconclusive')
    expect(judged({ evidence, aborted: { objective: 'availability', below: 0.9, afterMs: 3_000 } }).verdict).toBe(
      'inconclusive',
    )
  })

  test('but an error of ours stays one', () => {
    expect(judged({ evidence: [], error: { code: 'ENGINE_FAILED', detail: 'no' } }).verdict).toBe('error')
  })
})

describe('no fault was put on', () => {
  const windows = { ...facts().windows, fault: null, recovery: null }

  test('because the service was failing already: one reason for all', () => {
    const sick = [shares('baseline', spread(600)), shares('baseline', HEALTHY, 50, 'other')]
    const planned = plannedExperiment({ objectives: [objective(), objective(SUCCESS, undefined, 'other')] })
    const { verdict, reasons, objectives } = judged({ windows, planned, measurements: sick, evidence: [] })
    expect(verdict).toBe('inconclusive')
    expect(new Set(codes({ reasons }))).toEqual(new Set(['BASELINE_UNHEALTHY']))
    expect(objectives.map((one) => one.verdict)).toEqual(['inconclusive', 'inconclusive'])
    expect(reasons[0]?.detail).toBe('no fault was put on, because availability was already failing')
  })

  test('because it matched no target', () => {
    const planned = plannedExperiment({
      steps: [{ step: 'fault', fault: plannedFault({ recipe: undefined, replicas: [] }) }],
    })
    const { verdict, reasons } = judged({ windows, planned, measurements: [shares('baseline', HEALTHY)], evidence: [] })
    expect(verdict).toBe('inconclusive')
    expect(new Set(codes({ reasons }))).toEqual(new Set(['NOT_INJECTED']))
    expect(reasons[0]?.detail).toBe('network-partition matched no target')
  })

  test('and nobody knows why: still no pass', () => {
    expect(judged({ windows, measurements: [shares('baseline', HEALTHY)], evidence: [] }).verdict).toBe('inconclusive')
    expect(judged({ windows, measurements: [shares('baseline', HEALTHY)] }).verdict).toBe('inconclusive')
  })
})

describe('an experiment that did not end as planned', () => {
  test('ABORT_LIMIT: a guard has proven the breach, though its window is too short for anything else', () => {
    const { verdict, reasons, objectives, aborted } = judgeExperiment(
      underFault(repeat(4, 50), { aborted: { objective: 'availability', below: 0.9, afterMs: 4_000 } }),
    )
    expect(verdict).toBe('fail')
    expect(objectives[0]?.verdict).toBe('inconclusive')
    expect(aborted).toEqual({ objective: 'availability', below: 0.9, afterMs: 4_000 })
    expect(reasons[0]).toEqual({
      code: 'ABORT_LIMIT',
      detail: 'it fell below 90 %, and the fault was ended after 4 s',
      objective: 'availability',
    })
  })

  test('a guard that fired on a service that was failing before proves nothing', () => {
    const measurements = [shares('baseline', spread(900)), shares('fault', repeat(10, 50)), shares('recovery', HEALTHY)]
    const { verdict, reasons } = judged({
      measurements,
      aborted: { objective: 'availability', below: 0.9, afterMs: 4_000 },
    })
    expect(verdict).toBe('inconclusive')
    expect(codes({ reasons })).not.toContain('ABORT_LIMIT')
  })

  test.each(['ENGINE_FAILED', 'PLATFORM_FAILED', 'TRAFFIC_FAILED', 'INTERNAL'] as const)(
    '%s is an error, and no number makes it a pass',
    (code) => {
      const { verdict, reasons } = judged({ error: { code, detail: 'the node did not answer' } })
      expect([verdict, ...codes({ reasons })]).toEqual(['error', code])
    },
  )

  test('a failure that was proven before the error stays one', () => {
    expect(judgeExperiment(underFault(BROKEN, { error: { code: 'PLATFORM_FAILED', detail: 'gone' } })).verdict).toBe(
      'fail',
    )
  })

  test('CANCELLED before its fault, during it, and before it began', () => {
    const windows = { ...facts().windows, fault: null, recovery: null }
    const early = judged({ cancelled: true, windows, measurements: [] })
    expect([early.verdict, ...codes(early)]).toEqual(['aborted', 'CANCELLED'])
    expect(early.objectives).toEqual([])
    expect(judged({ cancelled: true }).verdict).toBe('aborted')
    expect(judgeExperiment(underFault(BROKEN, { cancelled: true })).verdict).toBe('fail')
    const never = judged({ cancelled: true, ran: false })
    expect([never.verdict, ...codes(never)]).toEqual(['aborted', 'CANCELLED'])
  })

  test('one that never ran is an error, with the reason that is known', () => {
    expect(codes(judged({ ran: false }))).toEqual(['INTERNAL'])
    const { verdict, reasons } = judged({ ran: false, error: { code: 'PLATFORM_FAILED', detail: 'web did not start' } })
    expect([verdict, ...codes({ reasons })]).toEqual(['error', 'PLATFORM_FAILED'])
  })

  test('CLEANUP_UNPROVEN: a fault that was not seen to end is no pass', () => {
    const said = judged({ notEnded: ['network-partition on api'] })
    expect([said.verdict, ...codes(said)]).toEqual(['inconclusive', 'CLEANUP_UNPROVEN'])
    const seen = judged({ evidence: [proof({ endedBy: 'not-ended', recoveredAtMs: null })] })
    expect(seen.reasons).toEqual([{ code: 'CLEANUP_UNPROVEN', detail: 'network-partition on api was not seen to end' }])
    expect(judgeExperiment(underFault(BROKEN, { notEnded: ['x'] })).verdict).toBe('fail')
  })
})
