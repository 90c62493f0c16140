import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { History } from '../../src/model/history.ts'
import { monthsOfJournals } from '../report/samples/months.ts'
import { seaworthy, workplace } from './gate.ts'

const place = () => {
  const where = workplace('')
  for (const journal of monthsOfJournals()) {
    const folder = join(where.folder, 'journals', journal.suite.name, journal.run.id)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'journal.json'), JSON.stringify(journal))
  }
  return where
}

describe('seaworthy history', () => {
  it('shows all journals of a folder, writes the page, and speaks of another month when asked', async () => {
    const where = place()
    const page = join(where.folder, 'page.html')
    const { exitCode, stdout, stderr } = await seaworthy(where, 'history', 'journals', '--out', page)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('1 of 6 runs held in November 2026.')
    expect(stdout).toMatch(/p99 rise .*▅.* \+120 ms {2}worse, was \+53 ms$/m)
    expect(readFileSync(page, 'utf8')).toContain('<b>1 of 6</b> runs held in November 2026')
    const october = await seaworthy(where, 'history', 'journals', '--month', '2026-10', '--json')
    expect((JSON.parse(october.stdout) as History).months.at(-1)?.month).toBe('2026-10')
  })

  it('names what is no journal, shows the rest, and says so by its exit code', async () => {
    const where = place()
    writeFileSync(join(where.folder, 'broken.json'), '{"version": 1}')
    const { exitCode, stdout } = await seaworthy(where, 'history', 'journals', 'broken.json')
    expect(exitCode).toBe(3)
    expect(stdout).toContain('Left out: 1')
    expect(stdout).toContain('broken.json: it is not a journal of this version')
    expect(stdout).toContain('1 of 6 runs held')
  })

  it.each([
    [[], 'no journal was named'],
    [['nowhere'], 'there is no nowhere'],
    [['journals', '--month', 'May'], 'expected a month such as 2026-11'],
    [['journals', '--month', '2026-01'], 'there is no run to show up to 2026-01'],
  ])('refuses %j', async (args, words) => {
    const { exitCode, stderr } = await seaworthy(place(), 'history', ...args)
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(words) })
  })
})
