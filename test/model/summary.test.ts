import { describe, expect, it } from 'vitest'
import { type SummaryFacts, summarize } from '../../src/model/summary.ts'
import type { ReasonCode, Verdict } from '../../src/model/verdict.ts'

const reason = (code: ReasonCode) => ({ code, detail: '' })
const one = (verdict: Verdict, ...codes: readonly ReasonCode[]) => ({
  ran: true,
  verdict,
  reasons: codes.map(reason),
})
const unrun = (verdict: Verdict) => ({ ...one(verdict), ran: false })

describe('the sentence of a verdict', () => {
  it.each<[string, Verdict, SummaryFacts['experiments'], readonly ReasonCode[], number]>([
    ['2 of 2 experiments held', 'pass', [one('pass'), one('pass')], [], 0],
    ['1 of 1 experiment held, but 1 thing is left behind', 'pass', [one('pass')], ['CLEANUP_UNPROVEN'], 1],
    ['1 of 2 experiments did not hold, and 2 things are left behind', 'fail', [one('pass'), one('fail')], [], 2],
    ['this change loosens its own gate', 'fail', [one('pass')], ['GATE_LOOSENED'], 0],
    ['1 of 1 experiment did not hold', 'fail', [one('fail')], ['GATE_LOOSENED'], 0],
    ['too little traffic to judge 1 of 1 experiment', 'inconclusive', [one('inconclusive', 'LOW_TRAFFIC')], [], 0],
    [
      '2 of 2 experiments could not be judged',
      'inconclusive',
      [one('inconclusive', 'LOW_TRAFFIC'), one('inconclusive', 'UNDECIDED')],
      [],
      0,
    ],
    [
      '1 of 1 experiment held, but something outside the plan changed',
      'inconclusive',
      [one('pass')],
      ['CLEANUP_UNPROVEN'],
      0,
    ],
    ['the run was cancelled, 1 of 2 experiments judged', 'aborted', [one('fail'), unrun('aborted')], ['CANCELLED'], 0],
    ['platform failed, nothing was judged', 'error', [], ['PLATFORM_FAILED'], 0],
    [
      'engine failed, 1 of 2 experiments could not be judged',
      'error',
      [one('pass'), unrun('error')],
      ['ENGINE_FAILED'],
      0,
    ],
  ])('%s', (sentence, verdict, experiments, codes, leftovers) => {
    expect(summarize({ verdict, experiments, reasons: codes.map(reason), leftovers })).toBe(sentence)
  })
})
