import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import { readHostileJournal } from '../../src/publish/hostile-journal.ts'
import { hostileJournal, passJournal, SAMPLE_JOURNALS } from '../report/sample-journals.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const write = (text: string | Buffer) => {
  const path = join(folder, 'journal.json')
  writeFileSync(path, text)
  return path
}
const read = (text: string | Buffer) => readHostileJournal(write(text))
const changed = (change: (journal: ReturnType<typeof passJournal>) => unknown) => {
  const journal = structuredClone(passJournal())
  return JSON.stringify(change(journal) ?? journal)
}
const inParameters = (value: unknown) =>
  changed(({ experiments: [first, ...rest], ...journal }) => ({
    ...journal,
    experiments: [{ ...first, faults: first?.faults.map((fault) => ({ ...fault, parameters: { value } })) }, ...rest],
  }))
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

describe('a journal of somebody else', () => {
  it.each(Object.entries(SAMPLE_JOURNALS))('%s is taken when it is sound', async (_, make) => {
    expect(await read(JSON.stringify(make()))).toEqual({ kind: 'journal', journal: make() })
  })

  it('with hostile texts is taken: rendering escapes them', async () => {
    expect(await read(JSON.stringify(hostileJournal()))).toMatchObject({ kind: 'journal' })
  })

  it.each<[string, string | Buffer, string]>([
    ['nothing', '', 'it is not JSON'],
    ['half of one', changed(() => undefined).slice(0, 500), 'it is not JSON'],
    ['two of them', `${changed(() => undefined)}{}`, 'it is not JSON'],
    ['comments', `// x\n${changed(() => undefined)}`, 'it is not JSON'],
    ['a mark before it', `\uFEFF${changed(() => undefined)}`, 'it is not JSON'],
    ['NaN', changed(() => undefined).replace('"seed":7', '"seed":NaN'), 'it is not JSON'],
    [
      'a number beyond all',
      changed(() => undefined).replace('"seed":7', '"seed":1e999'),
      'a number that no run measures',
    ],
    [
      'a time beyond dates',
      changed(() => undefined).replace(/"endedAtMs":\d+/, '"endedAtMs":8.7e15'),
      'a number that no run measures',
    ],
    ['no text', Buffer.from([0xff, 0xfe, 0x00]), 'it is not text in UTF-8'],
    ['null', 'null', 'the whole is wrong'],
    ['a list', '[]', 'the whole is wrong'],
    ['a text', '"journal"', 'the whole is wrong'],
    ['another version', changed((journal) => ({ ...journal, version: 2 })), 'version is wrong'],
    ['another key', changed((journal) => ({ ...journal, token: 'x' })), 'the whole is wrong'],
    ['another verdict', changed((journal) => ({ ...journal, verdict: 'PASS' })), 'verdict is wrong'],
    ['a missing key', changed((journal) => ({ ...journal, leftovers: undefined })), 'leftovers is wrong'],
    [
      'a prototype',
      changed(() => undefined).replace('{"version"', '{"__proto__":{"verdict":"pass"},"version"'),
      'a key that no journal has',
    ],
    [
      'a prototype deep inside',
      inParameters({}).replace('"value":{}', '"value":{"__proto__":1}'),
      'a key that no journal has',
    ],
    [
      'lists without end',
      inParameters([]).replace('"value":[]', `"value":${nested(100_000)}`),
      'nested more than 40 levels',
    ],
    ['mappings without end', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, 'nested more than 40 levels'],
    ['brackets that never close', '['.repeat(300_000), 'nested more than 40 levels'],
    [
      'a million entries',
      inParameters([]).replace('"value":[]', `"value":[${'1,'.repeat(1_000_000)}1]`),
      'a list of more than 20000 items',
    ],
    ['more entries than values', `[${'1,'.repeat(2_500_000)}1]`, 'it holds more than 2000000 values'],
    [
      'a million keys',
      inParameters({}).replace(
        '"value":{}',
        `"value":{${Array.from({ length: 30_000 }, (_, key) => `"k${key}":1`).join()}}`,
      ),
      'a list of more than 20000 items',
    ],
    [
      'a text without end',
      changed((journal) => ({ ...journal, summary: 'x'.repeat(1_000_000) })),
      'a text of more than 20000 characters',
    ],
    ['a key without end', inParameters({ ['k'.repeat(50_000)]: 1 }), 'a text of more than 20000 characters'],
    [
      'experiments without end',
      changed((journal) => ({ ...journal, experiments: Array.from({ length: 1_001 }, () => ({})) })),
      'more than 1000 experiments',
    ],
    ['more than 32 MiB', Buffer.alloc(33 * 1024 * 1024, 0x20), 'at most 33554432 are read'],
  ])('%s is broken, and says why in words of ours', async (_, text, why) => {
    const answer = await read(text)
    expect(answer).toMatchObject({ kind: 'broken', why: expect.stringContaining(why) })
  })

  it('that is a link, a folder or a pipe is not opened', async () => {
    const [link, pipe] = [join(folder, 'link.json'), join(folder, 'pipe.json')]
    symlinkSync('/etc/passwd', link)
    mkdirSync(join(folder, 'folder.json'))
    await exec('mkfifo', [pipe])
    expect(await readHostileJournal(link)).toEqual({ kind: 'broken', why: 'it is a link' })
    expect(await readHostileJournal(pipe)).toEqual({ kind: 'broken', why: 'it is no regular file' })
    expect(await readHostileJournal(join(folder, 'folder.json'))).toMatchObject({ kind: 'broken' })
  })

  it('that is not there is missing', async () => {
    expect(await readHostileJournal(join(folder, 'none.json'))).toMatchObject({ kind: 'missing' })
  })

  it('of any shape is never more than a broken one, and no word of it is repeated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 6 }), async (text) => {
        expect(await read(text)).toMatchObject({ kind: 'broken' })
      }),
      { numRuns: 100 },
    )
    const answer = await read(changed((journal) => ({ ...journal, '@everyone <b>': 1 })))
    expect(JSON.stringify(answer)).not.toContain('everyone')
  })
})
