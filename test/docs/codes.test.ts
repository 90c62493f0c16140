import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../../src/kit/errors.ts'
import { REASONS } from '../../src/model/verdict.ts'

const troubleshooting = readFileSync('docs/troubleshooting.md', 'utf8')
const verdicts = readFileSync('docs/verdicts.md', 'utf8')

/** The text below a heading, up to the next one. */
function sectionOf(page: string, heading: string): string {
  const [, section = ''] = page.split(`\n${heading}\n`)
  return section.split(/\n#{2,3} /)[0]?.trim() ?? ''
}

describe('every code of an error is explained', () => {
  it.each(ERROR_CODES)('%s', (code) => {
    const section = sectionOf(troubleshooting, `### ${code}`)
    // What it means, and in another paragraph or list what to do about it.
    expect(section.split('\n\n').length).toBeGreaterThan(1)
  })
})

describe('every reason of a verdict is explained', () => {
  it.each(REASONS)('%s', (reason) => {
    expect(sectionOf(verdicts, `### ${reason}`).split('\n\n').length).toBeGreaterThan(1)
    const row = troubleshooting.split('\n').find((line) => line.startsWith(`| [\`${reason}\`](`))
    expect(row?.split('|').map((cell) => cell.trim().length > 0)).toEqual([false, true, true, true, false])
  })
})

it('no code is explained that there is not', () => {
  const headings = [...verdicts.matchAll(/^### ([A-Z_]+)$/gm)].map(([, code]) => code)
  expect(headings.filter((code) => !(REASONS as readonly (string | undefined)[]).includes(code))).toEqual([])
  const rows = [...troubleshooting.matchAll(/^\| \[`([A-Z_]+)`\]/gm)].map(([, code]) => code)
  expect(rows.toSorted()).toEqual(REASONS.toSorted())
})
