import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { exec } from '../../../src/kit/exec.ts'
import { github, pull } from '../../e2e/action-setting.ts'
import { REPOSITORY } from '../places.ts'
import { runAct } from './act.ts'
import { leftBehind } from './left.ts'
import { commit, copyInto } from './repository.ts'

const PAGE = readFileSync(join(REPOSITORY, 'docs/required-check.md'), 'utf8')

/** The first fence of a language that begins like that. */
function fence(page: string, language: string, start: string): string {
  const all = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, name, text = '']) => ({ name, text }))
  const found = all.find(({ name, text }) => name === language && text.startsWith(start))
  if (!found) throw new Error(`there is no ${language} that starts with ${start}`)
  return found.text
}

/** Short windows, since the suite's own take minutes, and patience with a busy machine; else it stays as it was written. */
function shorten(suite: string): string {
  return suite
    .replace(/^windows: .*$/m, 'windows: {warmup: 300ms, baseline: 1s, fault: 2s, recovery: 3s}')
    .replace('within: 15s', 'within: 2s')
    .replace('timeout: 2s', 'timeout: 10s')
    .replace('target: 99%', 'target: 90%')
    .replace('target: 95%', 'target: 70%')
}

/** What a page shows as a diff, done to a text. */
function patched(text: string, diff: string): string {
  const lines = diff.trimEnd().split('\n')
  return lines.reduce((left, line, place) => {
    if (!line.startsWith('-')) return left
    const [from, to = ''] = [line.slice(1).trim(), lines[place + 1]?.slice(1).trim()]
    expect(left).toContain(from)
    return left.replace(from, to)
  }, text)
}

it('from an empty repository to a blocked merge, as docs/required-check.md has it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-new-user-'))
  const write = (path: string, text: string) => writeFileSync(join(folder, path), text)
  write('server.js', fence(PAGE, 'js', '// server.js'))
  write('package.json', fence(PAGE, 'json', '{ "name"'))
  write('.gitignore', 'out/\n')
  const init = await exec(process.execPath, [join(REPOSITORY, 'dist/cli.cjs'), 'init'], { directory: folder })
  expect(init.exitCode, init.stderr).toBe(0)
  const suite = shorten(readFileSync(join(folder, 'seaworthy.yaml'), 'utf8'))
  write('seaworthy.yaml', suite)
  copyInto(folder, 'README.md', '.github/workflows/seaworthy.yml')
  write(
    '.github/workflows/seaworthy.yml',
    fence(readFileSync(join(REPOSITORY, 'README.md'), 'utf8'), 'yaml', '# .github'),
  )
  commit(folder)
  const published = mkdtempSync(join(tmpdir(), 'seaworthy-published-'))
  for (const path of ['action.yml', 'dist']) copyInto(published, path, path)
  const trigger = {
    repository: folder,
    workflow: 'seaworthy.yml',
    event: 'pull_request',
    payload: pull(),
    apiUrl: github().url,
    more: ['--local-repository', `seaworthy/seaworthy@v0=${published}`],
  }

  const first = await runAct(trigger)
  expect(first.exitCode, first.log).toBe(0)
  expect(github().checkRuns).toMatchObject([{ name: 'Seaworthy / hello', conclusion: 'success' }])

  write('seaworthy.yaml', patched(suite, fence(PAGE, 'diff', '-')))
  const second = await runAct(trigger)
  expect(second.exitCode, second.log).toBe(1)
  expect(github().checkRuns.slice(1)).toMatchObject([{ name: 'Seaworthy / hello', conclusion: 'failure' }])
  expect(github().comments).toMatchObject([{ body: expect.stringMatching(/^### ❌ Fail/) }])

  write('seaworthy.yaml', suite.replace('replicas: 2', 'replicas: 1'))
  const third = await runAct(trigger)
  expect(third.exitCode, third.log).toBe(1)
  expect(github().checkRuns.slice(2)).toMatchObject([{ name: 'Seaworthy / hello', conclusion: 'failure' }])
  for (const { home } of [first, second, third]) expect(leftBehind(home)).toEqual({ processes: [], files: [] })
})
