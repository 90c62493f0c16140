import { describe, expect, test } from 'vitest'
import { judgeExperiment } from '../../src/judge/judge-experiment.ts'
import { recoveryInterval } from '../../src/judge/recovery.ts'
import { seededRandom } from '../../src/kit/random.ts'
import type { Slice } from '../../src/model/measurement.ts'
import {
  codes,
  facts,
  HEALTHY,
  objective,
  plannedExperiment,
  repeat,
  SUCCESS,
  shares,
  spread,
  VALUE,
  values,
} from './setting.ts'

/** Failing for so many slices after the fault, then good. */
function back(after: number, withinMs?: number, more = {}) {
  const recovery = [...repeat(after, 25), ...repeat(60 - after, 0)]
  const measurements = [shares('baseline', spread(6)), shares('fault', spread(6)), shares('recovery', recovery)]
  return judgeExperiment(facts({ planned: plannedExperiment({ recoveryWithinMs: withinMs }), measurements, ...more }))
}

describe('recovery', () => {
  test('is the interval of the first of three good slices', () => {
    expect(back(6, 20_000).recovery).toEqual({
      lowMs: 6_000,
      highMs: 7_000,
      limitMs: 20_000,
      objective: 'availability',
      verdict: 'pass',
    })
  })

  test('passes by its upper end, fails by its lower one, and is UNDECIDED between', () => {
    expect(back(6, 7_000).verdict).toBe('pass')
    const straddled = back(6, 6_500)
    expect([straddled.verdict, ...codes(straddled)]).toEqual(['inconclusive', 'UNDECIDED'])
    const late = back(6, 6_000)
    expect([late.verdict, ...codes(late)]).toEqual(['fail', 'NOT_RECOVERED'])
    expect(late.reasons[0]?.detail).toBe(
      'it recovered between 6 s and 7 s after the fault had ended, at most 6 s are allowed',
    )
  })

  test('NOT_RECOVERED when it never came back, with or without a limit', () => {
    for (const within of [20_000, undefined]) {
      const { verdict, reasons, recovery } = back(60, within)
      expect([verdict, ...codes({ reasons })]).toEqual(['fail', 'NOT_RECOVERED'])
      expect(recovery).toMatchObject({ highMs: null, lowMs: 58_000 })
    }
  })

  test('two good slices are luck', () => {
    const luck = [...repeat(5, 25), 0, 0, ...repeat(5, 25), ...repeat(48, 0)]
    const measurements = [shares('baseline', HEALTHY), shares('fault', HEALTHY), shares('recovery', luck)]
    expect(judgeExperiment(facts({ measurements })).recovery).toMatchObject({ lowMs: 12_000, highMs: 13_000 })
  })

  test('a slice without a request breaks a run', () => {
    const slices = [3, 0, 3, 3, 3, 3].map(
      (n, index): Slice => ({ startMs: index * 1_000, n, bad: 0, badAtLeast: 0, value: null }),
    )
    expect(recoveryInterval(slices, { faultEndMs: 0, sliceMs: 1_000, isGood: ({ n }) => n > 0 })).toEqual({
      lowMs: 2_000,
      highMs: 3_000,
    })
  })

  test('one stray failure in a slice is not the fault', () => {
    const stray = repeat(60, 0).map((_, index) => (index % 7 === 3 ? 1 : 0))
    const measurements = [shares('baseline', stray), shares('fault', stray), shares('recovery', stray)]
    expect(judgeExperiment(facts({ measurements })).recovery).toMatchObject({
      lowMs: 0,
      highMs: 1_000,
      verdict: 'pass',
    })
  })

  test('is that of the objective which came back last', () => {
    const planned = plannedExperiment({
      objectives: [
        objective(),
        objective(SUCCESS, undefined, 'other'),
        objective(VALUE, { kind: 'below', value: 30 }, 'lag'),
      ],
    })
    const measurements = [
      ...(['baseline', 'fault'] as const).flatMap((window) => [
        shares(window, HEALTHY),
        shares(window, HEALTHY, 50, 'other'),
        values(window, repeat(60, 3), 'lag'),
      ]),
      shares('recovery', [...repeat(4, 25), ...repeat(56, 0)]),
      shares('recovery', HEALTHY, 50, 'other'),
      values('recovery', [...repeat(9, 80), ...repeat(51, 3)], 'lag'),
    ]
    expect(judgeExperiment(facts({ planned, measurements })).recovery).toMatchObject({
      objective: 'lag',
      lowMs: 9_000,
      highMs: 10_000,
    })
  })

  test('what was not watched is not recovered', () => {
    const windows = { ...facts().windows, recovery: null }
    const { verdict, reasons } = back(0, 20_000, { windows })
    expect([verdict, ...codes({ reasons })]).toEqual(['inconclusive', 'NO_DATA'])
    const nothing = facts({ measurements: [shares('baseline', HEALTHY), shares('fault', HEALTHY)] })
    expect([judgeExperiment(nothing).verdict, ...codes(judgeExperiment(nothing))]).toEqual(['inconclusive', 'NO_DATA'])
  })

  test('empty slices after the fault are no failure, and no recovery', () => {
    const silent = {
      ...shares('recovery', HEALTHY),
      slices: shares('recovery', HEALTHY).slices.map((slice, index) => (index % 2 === 0 ? { ...slice, n: 0 } : slice)),
    }
    const judged = judgeExperiment(
      facts({ measurements: [shares('baseline', HEALTHY), shares('fault', HEALTHY), silent] }),
    )
    expect([judged.verdict, ...codes(judged)]).toEqual(['inconclusive', 'TOO_FEW_SLICES'])
  })

  test('is off by at most one slice on a thousand simulated recoveries', () => {
    const random = seededRandom(42)
    const draw = (n: number, share: number) => {
      let bad = 0
      for (let request = 0; request < n; request++) if (random() < share) bad++
      return bad
    }
    let wrong = 0
    for (let run = 0; run < 1_000; run++) {
      const truthMs = random() * 20_000
      const failing = 0.2 + 0.8 * random()
      const recovery = Array.from({ length: 30 }, (_, index) => {
        const part = Math.min(1, Math.max(0, (truthMs - index * 1_000) / 1_000))
        return draw(50, failing * part + 0.001 * (1 - part))
      })
      const baseline = Array.from({ length: 30 }, () => draw(50, 0.001))
      const measurements = [shares('baseline', baseline), shares('fault', HEALTHY), shares('recovery', recovery)]
      const { recovery: found } = judgeExperiment(facts({ measurements }))
      const { lowMs, highMs } = found ?? { lowMs: Number.NaN, highMs: null }
      if (highMs === null || truthMs < lowMs - 1_000 || truthMs > highMs + 1_000) wrong++
    }
    // Chance: a slice in which next to nothing happened to fail, or a stray failure right after the end.
    expect(wrong).toBeLessThanOrEqual(5)
  })
})
