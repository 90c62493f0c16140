import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeHtml } from '../../../src/report/html/escape-html.ts'

const UNSEEN = /[\p{Cc}\p{Default_Ignorable_Code_Point}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u

describe('escapeHtml', () => {
  it('leaves nothing that could end a text or an attribute, move what is around it, or hide', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const escaped = escapeHtml(text)
        expect(escaped).not.toMatch(/[<>"'`]/)
        expect(escaped.replace(/&(?:amp|lt|gt|quot|#39|#96);/g, '')).not.toContain('&')
        expect(escaped).not.toMatch(UNSEEN)
        expect(escaped.isWellFormed()).toBe(true)
      }),
    )
  })

  it('shows what controls a terminal and keeps no-break spaces', () => {
    expect(escapeHtml('\u001b[31mred\u0000\u007f')).toBe('␛[31mred␀␡')
    expect(escapeHtml('99.5\u00a0% of 3\u202f000\n')).toBe('99.5\u00a0% of 3\u202f000 ')
    expect(escapeHtml('a\u202eb\u200bc\u009bd\ud800')).toBe('abcd\ufffd')
  })

  it('lowers towers of marks', () => {
    expect(escapeHtml(`a${'\u0301'.repeat(50)}`)).toBe(`a${'\u0301'.repeat(4)}`)
  })
})
