import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Journal } from '../../src/model/journal.ts'
import { findings } from '../../src/report/annotations.ts'
import { renderSarif } from '../../src/report/sarif.ts'
import { anyParts, journalOf } from './any-journal.ts'
import { withText } from './hostile-strings.ts'
import { lintSarif } from './lint/sarif.ts'
import { failJournal, SAMPLE_JOURNALS } from './sample-journals.ts'

/** As many experiments and objectives as a suite may have, all of them missed. */
function largest(): Journal {
  const [, missed] = failJournal().experiments
  const objective = missed?.objectives.find(({ verdict }) => verdict === 'fail')
  if (!missed || !objective) throw new Error('the sample has a failure')
  const objectives = Array.from({ length: 50 }, (_, place) => ({ ...objective, name: `objective ${place}` }))
  const experiments = Array.from({ length: 200 }, (_, place) => ({
    ...missed,
    name: `experiment ${place}`,
    objectives,
  }))
  return { ...failJournal(), experiments }
}

describe('SARIF as code scanning takes it', () => {
  it.each(Object.entries(SAMPLE_JOURNALS))('of %s', (_, make) => {
    const journal = make()
    expect(lintSarif(renderSarif(journal)).results).toHaveLength(findings(journal).length)
  })

  it('of the largest suite, each finding with an identity of its own', () => {
    const { results } = lintSarif(renderSarif(largest()))
    expect(results).toHaveLength(10_000)
    const identities = results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints))
    expect(new Set(identities).size).toBe(results.length)
  })

  it('of whatever a journal says', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const journal = journalOf(parts)
        expect(lintSarif(renderSarif(journal)).results).toHaveLength(findings(journal).length)
      }),
      { numRuns: 100 },
    )
  })

  it('has the same identity for a finding wherever its line went, and another one for another finding', () => {
    const before = failJournal()
    const moved = before.experiments.map((one) => ({
      ...one,
      line: one.line + 7,
      objectives: one.objectives.map((objective) => ({ ...objective, line: objective.line + 7 })),
    }))
    const identities = (journal: Journal) =>
      lintSarif(renderSarif(journal)).results.map(({ partialFingerprints }) => partialFingerprints)
    expect(identities({ ...before, experiments: moved })).toEqual(identities(before))
    expect(new Set(identities(before).map((one) => JSON.stringify(one))).size).toBe(identities(before).length)
  })
})

describe('a message in SARIF', () => {
  const messages = (text: string) =>
    lintSarif(renderSarif(withText(failJournal(), text))).results.map(({ message }) => message.text)

  it('links to nowhere', () => {
    for (const text of messages('see [here](https://evil.example)'))
      expect(text).toContain('see [here] (https://evil.example)')
  })

  it('has no place for an argument', () => {
    for (const text of messages('up{job="a"} {0}')) expect(text).toContain('up{{job="a"}} {{0}}')
  })
})
