import { describe, expect, it } from 'vitest'
import { contradictions } from '../../src/judge/contradictions.ts'
import type { Journal, JournalExperiment, JudgedObjective } from '../../src/model/journal.ts'
import { failJournal, passJournal, SAMPLE_JOURNALS } from '../report/sample-journals.ts'
import { sound } from '../report/sound-journals.ts'

type Change = Partial<JournalExperiment>
const withFirst = (journal: Journal, change: (first: JournalExperiment) => Change): Journal => ({
  ...journal,
  experiments: journal.experiments.map((one, place) => (place === 0 ? { ...one, ...change(one) } : one)),
})
const withObjective = (change: (objective: JudgedObjective) => Partial<JudgedObjective>) =>
  withFirst(passJournal(), ({ objectives }) => ({
    objectives: objectives.map((one, place) => (place === 0 ? { ...one, ...change(one) } : one)),
  }))
const counts = (bad: number, n = 3_000) => ({ value: 1 - bad / n, low: 1, high: 1, n, bad, designEffect: 1 })

describe('contradictions', () => {
  it.each(Object.entries(SAMPLE_JOURNALS))('are not found in %s', (_, make) => {
    expect(contradictions(sound(make()))).toEqual([])
  })

  it.each<[string, Journal, string]>([
    [
      'a pass of a run whose experiment failed',
      { ...failJournal(), verdict: 'pass' },
      'its verdict is pass, and its parts make it fail',
    ],
    ['inconclusive in place of a fail', { ...failJournal(), verdict: 'inconclusive' }, 'its verdict is inconclusive'],
    ['a pass of nothing', { ...passJournal(), experiments: [] }, 'its parts make it error'],
    [
      'a pass with something changed outside',
      { ...passJournal(), outside: ['db-1 restarted'] },
      'its parts make it inconclusive',
    ],
    [
      'a pass with a reason against it',
      { ...passJournal(), reasons: [{ code: 'GATE_LOOSENED', detail: '' }] },
      'its parts make it fail',
    ],
    [
      'a pass that was not clean and left nothing',
      { ...passJournal(), reasons: [{ code: 'CLEANUP_UNPROVEN', detail: '' }] },
      'its parts make it inconclusive',
    ],
    ['a plan', { ...passJournal(), run: { ...passJournal().run, mode: 'plan' } }, 'it is of a plan'],
    [
      'an end before its beginning',
      { ...passJournal(), run: { ...passJournal().run, endedAtMs: 0 } },
      'ended before it began',
    ],
    ['an experiment that did not run', withFirst(passJournal(), () => ({ ran: false })), 'did not run'],
    [
      'an experiment with a reason',
      withFirst(passJournal(), () => ({ reasons: [{ code: 'NO_DATA', detail: '' }] })),
      'has a reason against it',
    ],
    [
      'an experiment that was aborted',
      withFirst(passJournal(), () => ({ aborted: { objective: 'a', below: 0.9, afterMs: 1 } })),
      'was aborted',
    ],
    [
      'an experiment without objectives',
      withFirst(passJournal(), () => ({ objectives: [], search: null })),
      'judges nothing',
    ],
    ['an experiment without faults', withFirst(passJournal(), () => ({ faults: [] })), 'lacks the evidence'],
    ['an experiment without evidence', withFirst(passJournal(), () => ({ evidence: [] })), 'lacks the evidence'],
    [
      'a fault without effect',
      withFirst(passJournal(), ({ evidence }) => ({
        evidence: evidence.map((one) => ({ ...one, status: 'not-effective' as const })),
      })),
      'lacks the evidence',
    ],
    [
      'a fault that did not end',
      withFirst(passJournal(), ({ evidence }) => ({
        evidence: evidence.map((one) => ({ ...one, endedBy: 'not-ended' as const })),
      })),
      'lacks the evidence',
    ],
    [
      'a recovery that failed',
      withFirst(passJournal(), () => ({
        recovery: { lowMs: 1, highMs: null, limitMs: 1, objective: null, verdict: 'fail' },
      })),
      'did not recover',
    ],
    ['an objective that failed', withObjective(() => ({ verdict: 'fail' })), 'has an objective that did not'],
    [
      'an objective with a reason',
      withObjective(() => ({ reasons: [{ code: 'NO_DATA', detail: '' }] })),
      'has a reason against it',
    ],
    [
      'an objective that was not measured',
      withObjective(() => ({ need: { kind: 'share', target: 0.99 }, fault: null })),
      'was not measured',
    ],
    [
      'counts below the need',
      withObjective(() => ({ unit: 'share', need: { kind: 'share', target: 0.99 }, fault: counts(900) })),
      'numbers that miss it',
    ],
    [
      'counts that prove nothing',
      withObjective(() => ({ unit: 'share', need: { kind: 'share', target: 0.99 }, fault: counts(0, 10) })),
      'numbers that miss it',
    ],
    [
      'more bad ones than all',
      withObjective(() => ({ unit: 'share', need: { kind: 'share', target: 0.99 }, fault: counts(9_000) })),
      'counts that cannot be',
    ],
    [
      'a time above its limit',
      withObjective(() => ({ unit: 'ms', need: { kind: 'below', value: 100 }, fault: { ...counts(0), value: 101 } })),
      'numbers that miss it',
    ],
    [
      'a value below its limit',
      withObjective(() => ({ unit: 'value', need: { kind: 'above', value: 100 }, fault: { ...counts(0), value: 99 } })),
      'numbers that miss it',
    ],
    [
      'a rise above what is allowed',
      withObjective(() => ({ need: { kind: 'increase', atMost: 0.01 }, increase: { ...counts(0), value: 0.5 } })),
      'numbers that miss it',
    ],
  ])('are found in %s', (_, journal, words) => {
    expect(contradictions(journal).join('\n')).toContain(words)
  })

  it('a verdict that is worse than its parts is left as it is', () => {
    expect(contradictions(sound({ ...passJournal(), verdict: 'error' }))).toEqual([])
  })
})
