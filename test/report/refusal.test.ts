import { describe, expect, it } from 'vitest'
import { measuredLength } from '../../src/report/escape/truncate.ts'
import { type Refusal, refusalHeadline, renderRefusal } from '../../src/report/markdown/refusal.ts'
import { HOSTILE_STRINGS } from './hostile-strings.ts'
import { lintMarkdown } from './lint/markdown.ts'

const issue = (message: string) => ({ line: 3, column: 5, path: 'experiments[0].fault.type', message, remedy: message })
const refusal = (messages: readonly string[]): Refusal => ({
  file: 'gates/checkout.yaml',
  issues: messages.map(issue),
  message: 'whole',
  remedy: undefined,
})

describe('renderRefusal', () => {
  it('names place, key, mistake and remedy of each', () => {
    expect(renderRefusal(refusal(['there is no such key here']), 60_000)).toBe(
      [
        '### ⛔ Error: 1 mistake in the suite, nothing was run',
        '',
        '- `gates/checkout.yaml:3:5` `experiments[0].fault.type`: there is no such key here. there is no such key here.',
      ].join('\n'),
    )
  })

  it('says of anything else what was wrong and what to do', () => {
    const other = { ...refusal([]), message: 'mode: found "maybe"', remedy: 'See the documentation.' }
    expect(refusalHeadline(other)).toBe('Error: it could not start, nothing was judged')
    expect(renderRefusal(other, 60_000)).toContain('mode: found "maybe".\n\nSee the documentation.')
  })

  it('stays below its limit, and says how many it left out', () => {
    const text = renderRefusal(
      refusal(Array.from({ length: 300 }, (_, place) => `mistake ${place} ${'ä'.repeat(300)}`)),
      10_000,
    )
    expect(measuredLength(text)).toBeLessThan(10_000)
    expect(text).toMatch(/\d+ more are in the log\.$/)
  })

  it.each(HOSTILE_STRINGS)('lets nothing of %j become mark-up', (text) => {
    const mistakes = refusal([text])
    lintMarkdown(renderRefusal({ ...mistakes, file: text }, 60_000))
    lintMarkdown(renderRefusal({ ...mistakes, issues: [], message: text, remedy: text }, 60_000))
  })
})
