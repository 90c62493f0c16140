import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Journal } from '../../src/model/journal.ts'
import { annotate, repositoryPath } from '../../src/report/annotations.ts'
import { renderCheckRun } from '../../src/report/check-run.ts'
import { cutColumns, displayWidth, padColumns, wrapColumns } from '../../src/report/escape/columns.ts'
import { cutToFit, keepLines, measuredLength, truncateEnd, truncateMiddle } from '../../src/report/escape/truncate.ts'
import { COMMENT_LIMIT, renderComment } from '../../src/report/markdown/comment.ts'
import { renderJobSummary } from '../../src/report/markdown/job-summary.ts'
import { commentMarker, markerName } from '../../src/report/markdown/marker.ts'
import { withText } from './hostile-strings.ts'
import { lintFirstLine, lintMarkdown, lintMarker } from './lint/markdown.ts'
import { errorJournal, failJournal, manyJournal, passJournal } from './sample-journals.ts'

/** Every experiment of a large suite failed, under names as long as they may be. */
function allFailed(count: number, name: string): Journal {
  const [, failed] = failJournal().experiments
  if (!failed) throw new Error('the sample has a failure')
  const experiments = Array.from({ length: count }, (_, place) => ({
    ...failed,
    index: place + 1,
    name: `${name} ${place}`,
  }))
  return { ...failJournal(), experiments, leftovers: errorJournal().leftovers }
}

describe('a comment', () => {
  it.each([1, 12, 13, 40, 400])('of %i failures stays under the limit, whole, with its marker', (count) => {
    const text = renderComment(allFailed(count, '漢字|`<b>`'.repeat(20)))
    expect(measuredLength(text)).toBeLessThanOrEqual(COMMENT_LIMIT)
    lintMarkdown(text)
    lintFirstLine(text)
    lintMarker(text)
  })

  it('is never longer than any limit, and never cut inside anything', () => {
    const journals = [
      manyJournal(),
      allFailed(30, 'payments'),
      errorJournal(),
      passJournal(),
      withText(failJournal(), '|`🙂\n'.repeat(50)),
    ]
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 30_000 }), fc.constantFrom(...journals), (limit, journal) => {
        const text = renderComment(journal, { limit })
        expect(measuredLength(text)).toBeLessThanOrEqual(limit)
        lintMarkdown(text)
        lintFirstLine(text)
        lintMarker(text)
      }),
      { numRuns: 60 },
    )
  })

  it('says what it left out, with counts and where it is', () => {
    const text = renderComment(manyJournal(), { limit: 4_000 })
    expect(text).toMatch(/Left out here: 38 rows of what held, .*\. All of it is in the \[run\]/)
    expect(text).not.toContain('<details><summary>All 40')
  })

  it('takes the short form from 13 experiments', () => {
    expect(renderComment(manyJournal(12))).not.toContain(' held:**')
    expect(renderComment(manyJournal(13))).toContain(' held:**')
  })

  it('links only to GitHub and the hosts that it is told', () => {
    const elsewhere = {
      ...passJournal(),
      change: {
        ...must(passJournal().change),
        runUrl: 'https://git.acme.example/acme/shop/actions/runs/77/attempts/2',
      },
    }
    expect(renderComment(elsewhere)).not.toContain('git.acme.example')
    expect(renderComment(elsewhere, { hosts: ['git.acme.example'] })).toContain(
      '[run](https://git.acme.example/acme/shop/actions/runs/77/attempts/2)',
    )
    for (const runUrl of [
      'javascript:alert(1)',
      'http://github.com/x',
      'https://github.com.evil.example/',
      'https://user:pw@github.com/',
      'no url',
    ])
      expect(renderComment({ ...elsewhere, change: { ...elsewhere.change, runUrl } })).not.toContain('](')
  })
})

describe('the marker', () => {
  it('says which run wrote it', () => {
    const { startedAtMs } = passJournal().run
    expect(commentMarker(passJournal())).toBe(`<!-- seaworthy:checkout v1 run=1 attempt=1 at=${startedAtMs} -->`)
    expect(commentMarker(passJournal(), { number: 1_042, attempt: 3 })).toContain(' run=1042 attempt=3 ')
    expect(commentMarker({ ...passJournal(), change: null })).toBe(`<!-- seaworthy:checkout v1 at=${startedAtMs} -->`)
  })

  it('cannot be closed or copied by the name of a suite', () => {
    expect(markerName('a-b.c_1')).toBe('a-b.c_1')
    expect(markerName('--> x')).toBe('%2D-%3E%20x')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (suite) => {
        expect(markerName(suite)).toMatch(/^[A-Za-z0-9._%~-]+$/)
        expect(markerName(suite)).not.toMatch(/--|-$|^-/)
      }),
    )
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => one === other || markerName(one) !== markerName(other)),
    )
  })
})

describe('a check run and a job summary', () => {
  it('stay within what GitHub takes, with the rest counted', () => {
    const journal = allFailed(400, 'x'.repeat(300))
    const { title, summary, text, annotations } = renderCheckRun(journal)
    expect([...title].length).toBeLessThanOrEqual(80)
    for (const part of [summary, text]) expect(measuredLength(part)).toBeLessThanOrEqual(65_535)
    expect(annotations).toHaveLength(50)
    expect(text).toMatch(/^50 findings are shown beside the suite's lines; 1150 more are in the table\./)
    const page = renderJobSummary(journal)
    expect(measuredLength(page)).toBeLessThan(1_000_000)
    expect(page.match(/```mermaid/g)).toHaveLength(40)
    lintMarkdown(page)
  })

  it('puts no remark on a file that the repository does not have', () => {
    expect(['seaworthy.yaml', './a/b.yaml'].map(repositoryPath)).toEqual(['seaworthy.yaml', 'a/b.yaml'])
    expect(['/etc/passwd', '../x', 'a/../../b', 'C:\\x', ''].map(repositoryPath)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    const outside = { ...failJournal(), suite: { ...failJournal().suite, file: '/abs/seaworthy.yaml' } }
    expect(annotate(outside)).toEqual({ annotations: [], left: 6 })
    expect(renderCheckRun(outside).text).toContain('The suite lies outside the repository')
  })
})

describe('cutting', () => {
  const text = fc.string({ unit: 'grapheme' })

  it('keeps characters whole and the limit', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 40 }), (whole, limit) => {
        for (const cut of [cutToFit(whole, limit), cutColumns(whole, limit)]) expect(cut.isWellFormed()).toBe(true)
        expect(measuredLength(cutToFit(whole, limit))).toBeLessThanOrEqual(Math.max(limit, 0))
        expect(displayWidth(cutColumns(whole, limit))).toBeLessThanOrEqual(limit)
        expect([...truncateEnd(whole, limit + 1)].length).toBeLessThanOrEqual(limit + 1)
        expect([...truncateMiddle(whole, limit + 1)].length).toBeLessThanOrEqual(limit + 1)
      }),
    )
  })

  it('says its place', () => {
    expect(truncateEnd('api cannot reach', 8)).toBe('api can…')
    expect(truncateMiddle('web-6b8d9c-x2k9f', 9)).toBe('web-…2k9f')
    expect(keepLines(['one', 'two', 'three'], 8)).toEqual({ kept: ['one', 'two'], dropped: 1 })
  })

  it('counts columns as a terminal does', () => {
    expect(displayWidth('abc')).toBe(3)
    expect(displayWidth('漢字')).toBe(4)
    expect(displayWidth('e\u0301')).toBe(1)
    expect(displayWidth('🙂')).toBe(2)
    expect(displayWidth('✓ ▁█ →')).toBe(6)
    expect(cutColumns('漢字', 3)).toBe('漢…')
    expect(padColumns('漢', 4)).toBe('漢  ')
    expect(wrapColumns('one two three', 7)).toEqual(['one two', 'three'])
  })
})

function must<T>(value: T | null): T {
  if (value === null) throw new Error('the sample has none')
  return value
}
