import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Estimate } from '../../../src/model/journal.ts'
import type { Need } from '../../../src/model/suite.ts'
import type { Verdict } from '../../../src/model/verdict.ts'
import {
  formatAbout,
  formatElapsed,
  formatMs,
  formatMsOf,
  isoSeconds,
  utcMinute,
} from '../../../src/report/words/durations.ts'
import { estimateWords, formatLevel, formatPercent, printEstimate } from '../../../src/report/words/estimate.ts'
import { needSigns, needWords } from '../../../src/report/words/need.ts'
import { formatCount, formatValue } from '../../../src/report/words/numbers.ts'
import { formatBytes, formatSearchValue } from '../../../src/report/words/search.ts'
import { PLAIN, RICH, TERMINAL } from '../../../src/report/words/typography.ts'

const estimate = (value: number | null, low: number | null, high: number | null, n = 3_000): Estimate => ({
  value,
  low,
  high,
  n,
  bad: value === null ? 0 : Math.round((1 - value) * n),
  designEffect: 1,
})
const said = (one: Estimate, unit: 'share' | 'ms' | 'value', need: Need, verdict: Verdict) =>
  estimateWords(printEstimate(one, { unit, need, verdict }, PLAIN), PLAIN)
const SHARE: Need = { kind: 'share', target: 0.995 }

describe('an estimate', () => {
  it.each<[string, Estimate, 'share' | 'ms' | 'value', Need, Verdict]>([
    ['97.1 % ± 0.6', estimate(0.971, 0.9653, 0.9759), 'share', SHARE, 'fail'],
    ['58 % ± 3', estimate(0.577, 0.547, 0.606), 'share', SHARE, 'fail'],
    ['100 % (at least 99.1)', estimate(1, 0.9914, 1), 'share', { kind: 'share', target: 0.99 }, 'pass'],
    ['100 % (at least 99.1)', estimate(1, 0.9914, 1), 'share', SHARE, 'inconclusive'],
    ['0 % (at most 0.2)', estimate(0, 0, 0.0014), 'share', SHARE, 'fail'],
    ['+47 ms ± 19', estimate(47, 31, 66), 'ms', { kind: 'increase', atMost: 200 }, 'pass'],
    ['over +1.9 s', estimate(1_918, 1_903, null), 'ms', { kind: 'increase', atMost: 200 }, 'fail'],
    ['over 1.9 s', estimate(null, 1_999, null), 'ms', { kind: 'below', value: 300 }, 'fail'],
    ['3.9 ± 0.3', estimate(3.9, 3.6, 4.2), 'value', { kind: 'below', value: 30 }, 'pass'],
    ['+2.9 points ± 0.4', estimate(0.029, 0.025, 0.033), 'share', { kind: 'increase', atMost: 0.01 }, 'fail'],
    ['−3 ms ± 12', estimate(-3, -15, 9), 'ms', { kind: 'increase', atMost: 200 }, 'pass'],
    ['no data', estimate(null, null, null), 'share', SHARE, 'inconclusive'],
  ])('is printed as %s', (words, one, unit, need, verdict) => {
    expect(said(one, unit, need, verdict)).toBe(words)
  })

  it('takes more digits where fewer would contradict the verdict', () => {
    expect(said(estimate(0.9954, 0.99502, 0.99579), 'share', SHARE, 'pass')).toBe('99.54 % ± 0.04')
    expect(said(estimate(0.9938, 0.9927, 0.99496), 'share', SHARE, 'fail')).toBe('99.380 % ± 0.116')
    expect(said(estimate(0.99996, 0.9999, 0.99999), 'share', SHARE, 'pass')).toBe('99.996 % ± 0.006')
  })

  it('says the bound that decided where the wider side would hide it', () => {
    expect(said(estimate(0.996, 0.9951, 0.99999), 'share', SHARE, 'pass')).toBe('99.6 % (at least 99.5)')
    expect(said(estimate(0.99, 0.9, 0.9949), 'share', SHARE, 'fail')).toBe('99.00 % (at most 99.49)')
  })

  it('never contradicts its verdict, and never shows a failure as 100 nor a success as 0', () => {
    const ratio = fc
      .oneof(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 9_800, max: 10_000 }))
      .map((part) => part / 10_000)
    fc.assert(
      fc.property(ratio, ratio, ratio, fc.constantFrom(0.5, 0.9, 0.99, 0.995, 0.999), (one, two, three, target) => {
        const [low = 0, value = 0, high = 0] = [one, two, three].sort((a, b) => a - b)
        const verdict = low >= target ? 'pass' : high < target ? 'fail' : 'inconclusive'
        const printed = printEstimate(
          estimate(value, low, high),
          { unit: 'share', need: { kind: 'share', target }, verdict },
          PLAIN,
        )
        const shown = Number(printed?.value)
        const [, margin] = /^± ([\d.]+)$/.exec(printed?.uncertainty ?? '') ?? []
        const [, side, bound] = /^\((at least|at most) ([\d.]+)\)$/.exec(printed?.uncertainty ?? '') ?? []
        if (value < 1 && 1 - value > 1e-9) expect(shown).toBeLessThan(100)
        if (value > 1e-9) expect(shown).toBeGreaterThan(0)
        const least = bound !== undefined && side === 'at least' ? Number(bound) : shown - Number(margin ?? 0)
        const most = bound !== undefined && side === 'at most' ? Number(bound) : shown + Number(margin ?? 0)
        const clear = Math.abs((verdict === 'fail' ? high : low) - target) > 1e-6
        if (verdict === 'pass') expect(shown).toBeGreaterThanOrEqual(target * 100 - 1e-6)
        if (verdict === 'fail' && clear) expect(shown).toBeLessThan(target * 100)
        if (verdict === 'pass') expect(least).toBeGreaterThanOrEqual(target * 100 - 1e-6)
        if (verdict === 'fail' && clear) expect(most).toBeLessThan(target * 100)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('numbers', () => {
  it('group from a thousand, but not in the sentences of a terminal', () => {
    expect(formatCount(3_000, RICH)).toBe('3\u202f000')
    expect(formatCount(999, RICH)).toBe('999')
    expect(formatCount(3_000, TERMINAL)).toBe('3000')
    expect(formatCount(1_234_567, PLAIN)).toBe('1 234 567')
  })

  it('keep three digits that mean something', () => {
    expect([0, 3.94, 0.00421, 123.4, 1_200_000].map((value) => formatValue(value, TERMINAL))).toEqual([
      '0',
      '3.94',
      '0.00421',
      '123',
      '1 200 000',
    ])
  })

  it('say levels without calling a failure 100', () => {
    expect([1, 0.9997, 0.999999, 0, 0.000001, 0.5].map(formatPercent)).toEqual([
      '100',
      '99.97',
      '99.9999',
      '0',
      '0.0001',
      '50',
    ])
    expect(formatLevel(estimate(84.4, null, null), 'ms', PLAIN)).toBe('84')
    expect(formatLevel(estimate(2_000, null, null), 'ms', PLAIN)).toBe('2 s')
    expect(formatLevel(null, 'share', PLAIN)).toBe('–')
  })
})

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1_900, '1.9 s'],
    [119_000, '119 s'],
    [125_000, '2 min 5 s'],
    [120_000, '2 min'],
    [7_500_000, '2 h 5 min'],
  ])('%d ms are %s', (ms, words) => {
    expect(formatMs(ms, PLAIN)).toBe(words)
  })

  it('say a shared unit once', () => {
    expect(formatMsOf(3_000, 20_000, PLAIN)).toBe('3 s of 20')
    expect(formatMsOf(500, 20_000, PLAIN)).toBe('500 ms of 20 s')
    expect(formatMsOf(130_000, 300_000, PLAIN)).toBe('2 min 10 s of 5 min')
  })

  it('round what nobody reads to the second', () => {
    expect([400, 14_200, 443_000, 1_458_000, 8_000_000].map((ms) => formatAbout(ms, PLAIN))).toEqual([
      '1 s',
      '14 s',
      '7 min 23 s',
      '24 min',
      '2 h 13 min',
    ])
  })

  it('count from the start of a run, and in UTC', () => {
    expect([0, 63_900, 3_723_000].map(formatElapsed)).toEqual(['00:00', '01:03', '1:02:03'])
    expect(isoSeconds(1_795_252_454_123)).toBe('2026-11-21T09:14:14Z')
    expect(utcMinute(1_795_252_454_123)).toBe('2026-11-21 09:14 UTC')
    expect([isoSeconds(Number.NaN), utcMinute(9e15)]).toEqual(['', 'unknown time'])
  })
})

describe('needs', () => {
  it.each<[Need, 'share' | 'ms' | 'value', string, string]>([
    [SHARE, 'share', 'needs 99.5 %', '≥ 99.5 %'],
    [{ kind: 'share', target: 0.9995 }, 'share', 'needs 99.95 %', '≥ 99.95 %'],
    [{ kind: 'below', value: 300 }, 'ms', 'must stay below 300 ms', '< 300 ms'],
    [{ kind: 'below', value: 1_250 }, 'ms', 'must stay below 1 250 ms', '< 1 250 ms'],
    [{ kind: 'below', value: 2_000 }, 'ms', 'must stay below 2 s', '< 2 s'],
    [{ kind: 'above', value: 5 }, 'value', 'must stay above 5', '> 5'],
    [{ kind: 'increase', atMost: 200 }, 'ms', 'at most +200 ms', '≤ +200 ms'],
    [{ kind: 'increase', atMost: 0.01 }, 'share', 'at most +1 point', '≤ +1 point'],
    [{ kind: 'increase', atMost: 0.005 }, 'share', 'at most +0.5 points', '≤ +0.5 points'],
  ])('%j of %s', (need, unit, words, signs) => {
    expect(needWords({ need, unit }, PLAIN)).toBe(words)
    expect(needSigns({ need, unit }, PLAIN)).toBe(signs)
  })

  it('are searched in the unit in which people think', () => {
    expect(formatSearchValue(250, 'ms', PLAIN)).toBe('250 ms')
    expect(formatSearchValue(2_000, 'ms', PLAIN)).toBe('2 s')
    expect(formatSearchValue(0.125, 'ratio', PLAIN)).toBe('12.5 %')
    expect(formatSearchValue(131_072, 'bytes-per-second', PLAIN)).toBe('128 KiB/s')
    expect(formatSearchValue(3, 'count', PLAIN)).toBe('3')
    expect(formatBytes(1_572_864, PLAIN)).toBe('1.5 MiB')
  })
})
