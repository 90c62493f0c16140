import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  shownResult,
  TEKTON_RESULTS,
  type TektonResults,
  writeTektonResults,
} from '../../src/publish/tekton-results.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'results-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const all = (text: string) => Object.fromEntries(TEKTON_RESULTS.map((name) => [name, text])) as TektonResults

/** As Tekton puts them into the pod's last words: Go writes <, > and & as six bytes each. */
function lastWords(): number {
  const entries = TEKTON_RESULTS.map((key) => ({ key, value: readFileSync(join(folder, key), 'utf8'), type: 1 }))
  const go = JSON.stringify(entries).replace(/[<>&\u2028\u2029]/g, '\\u0000')
  return Buffer.byteLength(go)
}

describe('results for Tekton', () => {
  it('are a file each, and nothing besides', async () => {
    await writeTektonResults(folder, { ...all('1'), verdict: 'pass', summary: 'All 3 experiments held.' })
    expect(readFileSync(join(folder, 'verdict'), 'utf8')).toBe('pass')
    expect(readFileSync(join(folder, 'summary'), 'utf8')).toBe('All 3 experiments held.')
    expect(readdirSync(folder).sort()).toEqual([...TEKTON_RESULTS].sort())
  })

  it('replace those that were there', async () => {
    await writeTektonResults(folder, all('before'))
    await writeTektonResults(folder, all('after'))
    expect(readFileSync(join(folder, 'summary'), 'utf8')).toBe('after')
  })

  it('make the folder that they go to', async () => {
    await writeTektonResults(join(folder, 'a/b'), all('1'))
    expect(existsSync(join(folder, 'a/b/leftovers'))).toBe(true)
  })

  it.each([
    ['letters', 'x'],
    ['four bytes each', '\u{1f4a5}'],
    ['quotes', '"'],
    ['HTML', '<&>'],
    ['control characters', '\u0001\u001b[31m'],
    ['line ends', '\n\u2028'],
    ['halves of characters', '\ud83d'],
  ])('take far less than 4096 bytes of Tekton in all: %s', async (_, text) => {
    await writeTektonResults(folder, all(text.repeat(20_000)))
    expect(lastWords()).toBeLessThan(3_000)
  })

  it('are inert, whole characters and within their size for any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 4_000 }), async (text) => {
        await writeTektonResults(folder, all(text))
        expect(lastWords()).toBeLessThan(3_000)
        for (const name of TEKTON_RESULTS) {
          const written = readFileSync(join(folder, name), 'utf8')
          expect(written).not.toMatch(/[\p{Cc}$`\\"'<>&|;\u202a-\u202e\u2066-\u2069]/u)
          expect(written.isWellFormed()).toBe(true)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('neither run in a script nor read a secret where a pipeline puts them into one', () => {
    expect(shownResult('summary', '$(TOKEN) `id`; "x" \\ <b>')).toBe('＄(TOKEN) ｀id｀； ＂x＂ ＼ ＜b＞')
  })

  it('are cut between characters, and a path that would lose its end is left out', () => {
    expect(shownResult('summary', '\u{1f4a5}'.repeat(1_000))).toBe(`${'\u{1f4a5}'.repeat(374)}…`)
    expect(shownResult('report-path', `${'a'.repeat(400)}/report.html`)).toBe('')
    expect(shownResult('report-path', 'out/report.html')).toBe('out/report.html')
  })
})
