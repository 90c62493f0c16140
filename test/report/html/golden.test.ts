import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../../src/report/html/render-html.ts'
import { SAMPLE_JOURNALS } from '../sample-journals.ts'

/** The small ones; the others have the same parts. `UPDATE_GOLDEN=1` writes them anew. */
const GOLDEN = ['first-run', 'empty', 'error', 'hostile']

describe('golden pages', () => {
  it.each(GOLDEN)('%s', (name) => {
    const file = new URL(`../../golden/report/${name}.html`, import.meta.url)
    const made = renderHtml(SAMPLE_JOURNALS[name]?.() ?? expect.fail(`no sample called ${name}`))
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, made)
    expect(made).toBe(readFileSync(file, 'utf8'))
  })
})
