import { mkdirSync, mkdtempSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findJournals } from '../../../src/run/journals/find-journals.ts'
import { readJournal } from '../../../src/run/journals/read-journal.ts'
import { passJournal } from '../../report/sample-journals.ts'

function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'seaworthy-journals-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

describe('finding journals', () => {
  it('in and below a folder, sorted, each once however it is named, without what is about to be written', async () => {
    const root = folder({ 'b/journal.json': '', 'a/deep/journal.json': '', 'a/other.json': '', 'journal.json': '' })
    symlinkSync(root, join(root, 'a', 'loop'))
    const all = ['journal.json', 'a/deep/journal.json', 'b/journal.json'].map((path) => join(root, path))
    expect(await findJournals([root])).toEqual(all)
    expect(await findJournals([join(root, 'b', 'journal.json'), root])).toEqual([all[2], all[0], all[1]])
    expect(await findJournals([root], join(root, 'journal.json'))).toEqual(all.slice(1))
    expect(await findJournals([join(root, 'a', 'other.json')])).toEqual([join(root, 'a', 'other.json')])
  })

  it('says what is not there', async () => {
    const root = folder({ 'a/other.json': '' })
    await expect(findJournals([root])).rejects.toMatchObject({
      code: 'INPUT',
      message: expect.stringContaining('no journal.json'),
    })
    await expect(findJournals([join(root, 'x')])).rejects.toMatchObject({ code: 'INPUT' })
  })
})

describe('reading a journal', () => {
  it('of this version', async () => {
    const root = folder({ 'journal.json': JSON.stringify(passJournal()) })
    expect(await readJournal(join(root, 'journal.json'))).toMatchObject({ journal: { verdict: 'pass' } })
  })

  it.each([
    ['{', 'it is not JSON'],
    ['[]', 'it is not a journal of this version'],
    [JSON.stringify({ ...passJournal(), version: 2 }), '"version": Invalid input: expected 1'],
    [JSON.stringify({ ...passJournal(), '\u001b[2J': 1 }), 'it is not a journal of this version'],
  ])('says why %s is none, without what a terminal would obey', async (text, why) => {
    const root = folder({ 'journal.json': text })
    const read = await readJournal(join(root, 'journal.json'))
    expect(read).toMatchObject({ broken: expect.stringContaining(why) })
    expect(JSON.stringify(read)).not.toContain('\\u001b')
  })

  it('too large to be one, or not there, without reading it', async () => {
    const root = folder({ 'journal.json': '' })
    truncateSync(join(root, 'journal.json'), 65 * 1_048_576)
    expect(await readJournal(join(root, 'journal.json'))).toMatchObject({ broken: expect.stringContaining('bytes') })
    expect(await readJournal(join(root, 'gone.json'))).toMatchObject({ broken: expect.stringContaining('ENOENT') })
  })
})
