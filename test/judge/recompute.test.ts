import { describe, expect, it } from 'vitest'
import { isProven, recomputeExperiment, recomputeVerdict } from '../../src/judge/recompute.ts'
import type { Journal, JournalExperiment } from '../../src/model/journal.ts'
import { failJournal, passJournal } from '../report/sound-journals.ts'

type Change = (one: JournalExperiment) => Partial<JournalExperiment>
/** The first experiment of a journal, with the evidence of each of its faults. */
function first(journal: Journal, change: Change = () => ({})): JournalExperiment {
  const [one] = journal.experiments
  if (!one) throw new Error('the sample has an experiment')
  return { ...one, ...change(one) }
}
const reason = (code: 'NOT_EFFECTIVE' | 'CLEANUP_UNPROVEN' | 'INTERNAL') => ({ code, detail: '' })
const failed: Change = ({ objectives }) => ({ objectives: objectives.map((one) => ({ ...one, verdict: 'fail' })) })

describe('the best verdict of an experiment', () => {
  it.each<[string, JournalExperiment, string]>([
    ['is its own when its parts agree', first(passJournal()), 'pass'],
    ['is no better than it says of itself', first(passJournal(), () => ({ verdict: 'aborted' })), 'aborted'],
    ['is that of its worst objective', first(passJournal(), failed), 'fail'],
    [
      'is inconclusive where a failure cannot be laid at the fault',
      first(passJournal(), (one) => ({ ...failed(one), reasons: [reason('NOT_EFFECTIVE')] })),
      'inconclusive',
    ],
    ['is an error where it never ran', first(passJournal(), () => ({ ran: false })), 'error'],
    [
      'is inconclusive where a fault did not end',
      first(passJournal(), ({ evidence }) => ({ evidence: evidence.map((one) => ({ ...one, endedBy: 'not-ended' })) })),
      'inconclusive',
    ],
    [
      'stays a fail though a fault did not end',
      first(passJournal(), (one) => ({
        ...failed(one),
        evidence: one.evidence.map((seen) => ({ ...seen, endedBy: 'not-ended' })),
      })),
      'fail',
    ],
  ])('%s', (_, experiment, verdict) => {
    expect(recomputeExperiment(experiment)).toBe(verdict)
  })
})

describe('the best verdict of a journal', () => {
  const journal = { ...passJournal(), experiments: [first(passJournal())], reasons: [], leftovers: [] }
  const leftover = { what: 'a pod', why: 'it stayed', remedy: 'delete it' }

  it('is that of its worst experiment', () => {
    const experiments = [first(passJournal()), first(failJournal(), () => ({ verdict: 'fail' }))]
    expect(recomputeVerdict({ ...journal, experiments })).toBe('fail')
  })

  it('is an error without experiments', () => {
    expect(recomputeVerdict({ ...journal, experiments: [] })).toBe('error')
  })

  it('stays a pass with leftovers, which are told by a reason, and not with such a reason alone', () => {
    const reasons = [reason('CLEANUP_UNPROVEN')]
    expect(recomputeVerdict({ ...journal, reasons, leftovers: [leftover] })).toBe('pass')
    expect(recomputeVerdict({ ...journal, reasons })).toBe('inconclusive')
  })

  it('is inconclusive when something outside the plan changed, and what its reasons say', () => {
    expect(recomputeVerdict({ ...journal, outside: ['db-1 restarted'] })).toBe('inconclusive')
    expect(recomputeVerdict({ ...journal, reasons: [reason('INTERNAL')] })).toBe('error')
  })
})

describe('an experiment is proven', () => {
  it('by what was seen last of each of its faults', () => {
    const again: Change = ({ evidence }) => ({
      evidence: [...evidence.map((one) => ({ ...one, status: 'not-effective' as const })), ...evidence],
    })
    expect(isProven(first(passJournal(), again))).toBe(true)
    const lost: Change = ({ evidence }) => ({
      evidence: [...evidence, ...evidence.map((one) => ({ ...one, status: 'not-effective' as const }))],
    })
    expect(isProven(first(passJournal(), lost))).toBe(false)
  })

  it('on all targets, and not without a fault', () => {
    const missed: Change = ({ evidence }) => ({
      evidence: evidence.map((one) => ({ ...one, injected: [{ target: 'web-1', ok: false, detail: '' }] })),
    })
    expect(isProven(first(passJournal(), missed))).toBe(false)
    expect(isProven(first(passJournal(), () => ({ faults: [] })))).toBe(false)
  })
})
