import { expect } from 'vitest'

/** The tags that our own words use; anything else came from a journal. */
const OWN_TAGS = /<\/?(?:details|summary|sub)>/g
const OWN_MARKER = /\n<!-- seaworthy:[A-Za-z0-9._%~-]+ v1(?: run=\d+ attempt=\d+)? at=\d+ -->$/
const OWN_LINK = /\[(?:run|report|Report)\]\(https:\/\/github\.com\/[\w./%-]+\)/g
/** Zero-width non-joiners are ours: they keep GitHub from linking. */
export const HIDDEN = /[\p{Cc}\p{Bidi_Control}\u00ad\u200b\u2060\ufeff]|\u200d/u
const RULE_ROW = /^\|[:|-]+\|$/gm
const OWN_ALERT = '[!CAUTION]'

/** Throws unless a Markdown text is whole, and nothing in it but our own words is mark-up. */
export function lintMarkdown(text: string): void {
  expect(text.isWellFormed(), 'no half surrogate').toBe(true)
  expect(text.replaceAll('\n', ''), 'nothing hidden').not.toMatch(HIDDEN)
  const prose = withoutFences(text)
  lintTables(prose)
  const inert = withoutCode(prose.replace(OWN_MARKER, '').replaceAll(RULE_ROW, ''))
    .replaceAll(OWN_TAGS, '')
    .replaceAll(OWN_LINK, '')
    .replaceAll(OWN_ALERT, '')
    .replaceAll(/&(?:amp|lt|gt|#36|#46|#58);/g, '¤')
  expect(inert, 'no tag, comment or autolink').not.toMatch(/<(?![\s\u00a0])/)
  expect(inert, 'no link or image').not.toMatch(/(?<!\\)(?:\\\\)*[[\]]/)
  expect(inert, 'no mention').not.toMatch(/@[\w-]/)
  expect(inert, 'no issue').not.toMatch(/#\d|(?<![A-Za-z0-9])GH-\d/i)
  expect(inert, 'no address').not.toMatch(/:\/\/|www\./i)
  expect(inert, 'no emoji code').not.toMatch(/:[a-z+_-][\w+-]*:/i)
  expect(inert, 'no formula').not.toMatch(/\$/)
  expect(inert, 'no commit').not.toMatch(/(?<![\w\u200c])[0-9a-f]{7,40}(?![\w\u200c])/)
  expect(inert.replaceAll('**', ''), 'no emphasis but ours').not.toMatch(/(?<!\\)(?:\\\\)*[_~`]/)
  lintDetails(withoutCode(prose))
}

/** Everything outside fenced blocks; throws for a fence that is not closed. CommonMark 0.31, 4.5. */
function withoutFences(text: string): string {
  const kept: string[] = []
  let open = ''
  for (const line of text.split('\n')) {
    const fence = /^(`{3,})([^`]*)$/.exec(line)
    if (open === '' && fence?.[1]) open = fence[1]
    else if (open !== '' && fence?.[1] && fence[1].length >= open.length && fence[2]?.trim() === '') open = ''
    else if (open === '') kept.push(line)
  }
  expect(open, 'every fence is closed').toBe('')
  return kept.join('\n')
}

/** Text with its code spans taken out: a run of backticks closes at the next run of the same length. CommonMark 0.31, 6.1. */
function withoutCode(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line.replace(/\\[\\`]|(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, (found, fence: string | undefined) =>
        fence === undefined ? found : '',
      ),
    )
    .join('\n')
}

/** Each row of a table has as many cells as its head, whichever way a backslash before a pipe is read. */
function lintTables(prose: string): void {
  let cells = 0
  for (const line of prose.split('\n')) {
    if (!line.startsWith('|')) {
      cells = 0
      continue
    }
    const found = [...line.replace(/\\[\\|]/g, '')].filter((character) => character === '|').length
    if (cells !== 0) expect(found, line).toBe(cells)
    cells = found
    expect(line).toMatch(/[ :-]\|$/)
  }
}

function lintDetails(prose: string): void {
  expect(prose.match(/<details>/g)?.length ?? 0).toBe(prose.match(/<\/details>/g)?.length ?? 0)
  expect(prose.match(/<sub>/g)?.length ?? 0).toBe(prose.match(/<\/sub>/g)?.length ?? 0)
}

const FIRST_LINE = /^### (?:✅|❌|❔|⛔|⏹️|⚠️) (?:Pass|Fail|Inconclusive|Error|Aborted|Report only|Plan)[:,] [\w ,']+$/u

/** The verdict as a sentence of counts and fixed words. */
export function lintFirstLine(text: string): void {
  expect(text.split('\n')[0]).toMatch(FIRST_LINE)
}

/** The hidden marker is the last line, and there is one. */
export function lintMarker(text: string): void {
  expect(text).toMatch(OWN_MARKER)
  expect(withoutCode(withoutFences(text)).match(/<!--/g)).toHaveLength(1)
}
