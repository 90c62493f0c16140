import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import { type PathFrom, readGitFile } from '../../src/kit/git-file.ts'

let root: string
const git = async (...args: string[]) => {
  const identity = ['-c', 'user.name=ann', '-c', 'user.email=ann@example.invalid', '-c', 'commit.gpgsign=false']
  const { exitCode, stderr } = await exec('git', [...identity, ...args], { directory: root })
  if (exitCode !== 0) throw new Error(stderr)
}
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'git-file-'))
  mkdirSync(join(root, 'gates'))
  await git('init', '-q', '-b', 'main')
  writeFileSync(join(root, 'signers'), 'of the root')
  writeFileSync(join(root, 'gates', 'signers'), 'of the folder')
  writeFileSync(join(root, 'long'), 'x'.repeat(262_145))
  symlinkSync('signers', join(root, 'link'))
  await git('add', '.')
  await git('commit', '-qm', 'first')
  writeFileSync(join(root, 'signers'), 'of whoever changed it')
})
afterAll(() => rmSync(root, { recursive: true }))

describe('a file as a commit has it', () => {
  it.each<[PathFrom, string, string]>([
    ['root', 'signers', 'of the root'],
    ['root', 'gates/signers', 'of the folder'],
    ['folder', 'signers', 'of the folder'],
  ])('is found from the %s: %s', async (from, path, text) => {
    expect(await readGitFile('main', path, { folder: join(root, 'gates'), from })).toMatchObject({ text })
  })

  it.each([
    ['no such commit', 'elsewhere', 'signers'],
    ['an option in place of a revision', '--help', 'signers'],
    ['a symbolic link', 'main', 'link'],
    ['a folder', 'main', 'gates'],
    ['more than people write', 'main', 'long'],
  ])('is not known for %s', async (_, revision, path) => {
    expect(await readGitFile(revision, path, { folder: root, from: 'root' })).toBeUndefined()
  })

  it('is known not to be there', async () => {
    expect((await readGitFile('main', 'absent', { folder: root, from: 'root' }))?.text).toBeUndefined()
    expect((await readGitFile('main', 'absent', { folder: root, from: 'root' }))?.commit).toMatch(/^[0-9a-f]{40}/)
  })
})
