import { describe, expect, it } from 'vitest'
import type { Journal } from '../../../src/model/journal.ts'
import { headline, headlineMark } from '../../../src/report/words/headline.ts'
import { closestCall, worstFirst } from '../../../src/report/words/order.ts'
import { conclusionOf, exitCodeOf, verdictOf } from '../../../src/report/words/outcome.ts'
import {
  abortedJournal,
  emptyJournal,
  errorJournal,
  failJournal,
  inconclusiveJournal,
  leftoversJournal,
  manyJournal,
  passJournal,
} from '../sample-journals.ts'

const mode = (journal: Journal, change: Partial<Journal['run']>): Journal => ({
  ...journal,
  run: { ...journal.run, ...change },
})
const withoutLeftovers = (journal: Journal): Journal => ({ ...journal, leftovers: [] })

describe('the outcome of a run', () => {
  it.each<[string, Journal, number, string]>([
    ['pass', passJournal(), 0, 'Pass: 5 of 5 experiments held'],
    ['pass with leftovers', leftoversJournal(), 4, 'Pass, but 1 thing is left behind'],
    ['fail', failJournal(), 1, 'Fail: 3 of 7 experiments did not hold'],
    ['inconclusive', inconclusiveJournal(), 3, 'Inconclusive: 3 of 4 experiments could not be judged'],
    [
      'inconclusive, let pass',
      mode(inconclusiveJournal(), { onInconclusive: 'pass' }),
      0,
      'Inconclusive: 3 of 4 experiments could not be judged',
    ],
    ['one reason', emptyJournal(), 3, 'Inconclusive: no data to judge 1 of 1 experiment'],
    ['error', withoutLeftovers(errorJournal()), 3, 'Error: engine failed, 3 of 4 experiments could not be judged'],
    [
      'error, inconclusive let pass',
      mode(errorJournal(), { onInconclusive: 'pass' }),
      3,
      'Error: engine failed, 3 of 4 experiments could not be judged, and 2 things are left behind',
    ],
    ['aborted', abortedJournal(), 130, 'Aborted: the run was cancelled, 1 of 3 experiments judged'],
    [
      'report of a failure',
      mode(failJournal(), { mode: 'report' }),
      0,
      'Report only: 3 of 7 experiments would have failed',
    ],
    [
      'report of an error',
      mode(withoutLeftovers(errorJournal()), { mode: 'report' }),
      3,
      'Error: engine failed, 3 of 4 experiments could not be judged',
    ],
    [
      'report with leftovers',
      mode(leftoversJournal(), { mode: 'report' }),
      4,
      'Report only: 5 of 5 experiments held, and 1 thing is left behind',
    ],
    ['plan', mode(passJournal(), { mode: 'plan' }), 0, 'Plan: 5 experiments, 4 targets, about 17 min'],
  ])('%s', (_, journal, code, title) => {
    expect(exitCodeOf(journal)).toBe(code)
    expect(conclusionOf(journal)).toBe(code === 0 ? 'success' : 'failure')
    expect(headline(journal)).toBe(title)
    expect(title.length).toBeLessThanOrEqual(100)
  })

  it('does not believe a pass that no experiment shows', () => {
    const journal = passJournal()
    const [first, ...rest] = journal.experiments
    if (!first) throw new Error('the sample has experiments')
    expect(verdictOf({ ...journal, experiments: [] })).toBe('error')
    expect(verdictOf({ ...journal, experiments: [{ ...first, ran: false }, ...rest] })).toBe('error')
    expect(verdictOf({ ...journal, experiments: [{ ...first, verdict: 'fail' }, ...rest] })).toBe('fail')
    expect(exitCodeOf({ ...journal, experiments: [{ ...first, verdict: 'inconclusive' }, ...rest] })).toBe(3)
  })

  it('warns where a pass needs somebody to act', () => {
    expect(headlineMark(leftoversJournal())).toBe('⚠️')
    expect(headlineMark(passJournal())).toBe('✅')
  })
})

describe('the order of experiments', () => {
  it('is worst first, and what never ran last', () => {
    const { experiments } = errorJournal()
    expect(worstFirst(experiments).map(({ index }) => index)).toEqual([2, 1, 3, 4])
    const marks = worstFirst(failJournal().experiments).map(({ verdict }) => verdict)
    expect(marks).toEqual(['fail', 'fail', 'fail', 'pass', 'pass', 'pass', 'pass'])
  })

  it('does not depend on the order of the journal', () => {
    const { experiments } = manyJournal()
    expect(worstFirst(experiments.toReversed())).toEqual(worstFirst(experiments))
  })

  it('names the passed objective that is nearest to its need', () => {
    const closest = closestCall(passJournal())
    expect([closest?.experiment.name, closest?.objective.name]).toEqual([
      'one api answer in ten is a 503',
      'availability',
    ])
    expect(closestCall({ ...passJournal(), experiments: [] })).toBeUndefined()
  })
})
