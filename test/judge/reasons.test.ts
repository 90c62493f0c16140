import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { REASONS, verdictOfReason } from '../../src/model/verdict.ts'

const folder = new URL('.', import.meta.url)
const tests = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts') && name !== 'reasons.test.ts')
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  .join('\n')
const page = readFileSync(new URL('../../docs/verdicts.md', folder), 'utf8')

describe('every reason', () => {
  test.each(REASONS)('%s has a test in which it must appear', (code) => {
    expect(tests).toContain(`'${code}'`)
  })

  test.each(REASONS)('%s is explained to users, under the verdict that it leads to', (code) => {
    const heading = page.indexOf(`### ${code}`)
    expect(heading).toBeGreaterThan(0)
    const section = page.slice(0, heading).lastIndexOf('\n## ')
    expect(page.slice(section, heading).split('\n')[1]?.toLowerCase()).toContain(verdictOfReason(code))
  })
})
