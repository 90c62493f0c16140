import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import { readBaseFrom, readBaseFromGit } from '../../src/policy/read-base.ts'

let folder: string
let first: string
let second: string
const git = async (...args: string[]) => {
  const identity = ['-c', 'user.name=ann', '-c', 'user.email=ann@example.invalid', '-c', 'commit.gpgsign=false']
  const { exitCode, stdout, stderr } = await exec('git', [...identity, ...args], { directory: folder })
  if (exitCode !== 0) throw new Error(stderr)
  return stdout.trim()
}
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'policy-'))
  mkdirSync(join(folder, 'gates'))
  await git('init', '-q', '-b', 'main')
  writeFileSync(join(folder, 'gates', 'a b.yaml'), 'first')
  symlinkSync('/etc/hostname', join(folder, 'gates', 'link.yaml'))
  await git('add', '.')
  await git('commit', '-qm', 'first')
  first = await git('rev-parse', 'HEAD')
  writeFileSync(join(folder, 'gates', 'a b.yaml'), 'second')
  writeFileSync(join(folder, 'gates', 'new.yaml'), 'new')
  await git('add', '.')
  await git('commit', '-qm', 'second')
  second = await git('rev-parse', 'HEAD')
})
afterAll(() => rmSync(folder, { recursive: true }))
const path = (name: string) => join(folder, 'gates', name)

describe('the suite at another commit', () => {
  it('is read from git', async () => {
    const where = `a b.yaml at ${first.slice(0, 7)}`
    expect(await readBaseFromGit(path('a b.yaml'), first)).toEqual({ where, text: 'first' })
    expect(await readBaseFrom('main', path('a b.yaml'))).toMatchObject({ text: 'second' })
  })
  it('is known not to be there', async () => {
    expect(await readBaseFromGit(path('new.yaml'), first)).toEqual({
      where: `new.yaml at ${first.slice(0, 7)}`,
      text: undefined,
    })
  })
  it('is not what a replacement says', async () => {
    await git('replace', first, second)
    expect(await readBaseFromGit(path('a b.yaml'), first)).toMatchObject({ text: 'first' })
    await git('replace', '-d', first)
  })
  it.each([
    ['a commit that is not here', '0123456789012345678901234567890123456789', 'a b.yaml'],
    ['an option', '--output=/tmp/x', 'a b.yaml'],
    ['a symbolic link', 'HEAD', 'link.yaml'],
  ])('is not known for %s', async (_, revision, name) => {
    expect(await readBaseFromGit(path(name), revision)).toBeUndefined()
  })
  it('is not known where there is no repository', async () => {
    expect(await readBaseFromGit('/proc/seaworthy.yaml', 'HEAD')).toBeUndefined()
  })
  it('is a file where one is named', async () => {
    expect(await readBaseFrom(path('new.yaml'), path('a b.yaml'))).toEqual({ where: path('new.yaml'), text: 'new' })
  })
  it('is refused where it is neither', async () => {
    await expect(readBaseFrom('nowhere', path('a b.yaml'))).rejects.toThrow('policy-from: there is no suite')
  })
})
