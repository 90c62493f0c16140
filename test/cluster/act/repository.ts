import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execNow } from '../../../src/kit/exec.ts'
import { service, suiteOf } from '../../e2e/suite-of.ts'
import { REPOSITORY } from '../places.ts'

const HELLO = 'hello.mjs'
export const HELLO_COMMAND = `exec node ${HELLO}`
/** What each suite of these tests runs: a service that lies in the repository itself. */
export const services = (changes: Readonly<Record<string, unknown>> = {}) => ({
  web: service({ command: HELLO_COMMAND, ...changes }),
})

export function suite(experiments: readonly object[], changes: Readonly<Record<string, unknown>> = {}): string {
  // Runner and service are on one machine, which may be busy: what may be sent late is a share of this time.
  const http = { url: 'http://web/', rate: '100/s', timeout: '10s', expect: { status: 200 } }
  const objectives = [{ name: 'availability', indicator: { traffic: 'success' }, target: '50%' }]
  return suiteOf(experiments, { system: { services: services() }, traffic: { http }, objectives, ...changes })
}

/** A repository with our action in its root, workflows that say `uses: ./`, a small service, and the given files; committed. */
export function actionRepository(files: Readonly<Record<string, string>>): string {
  const folder = repository(files)
  for (const path of ['action.yml', 'dist']) copyInto(folder, path, path)
  copyInto(folder, 'test/cluster/act/workflows', '.github/workflows')
  commit(folder)
  return folder
}

/** A repository of a user: a small service and the given files, not committed yet. */
export function repository(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-repository-'))
  copyInto(folder, `test/e2e/suites/${HELLO}`, HELLO)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

export function copyInto(folder: string, from: string, to: string): void {
  cpSync(join(REPOSITORY, from), join(folder, to), { recursive: true })
}

/** act reads the repository's name from its remote, and the commit from its head. */
export function commit(folder: string): void {
  git(folder, 'init', '--quiet', '--initial-branch=main')
  git(folder, 'remote', 'add', 'origin', 'https://github.com/acme/shop.git')
  git(folder, 'add', '--all', '--force')
  git(folder, '-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', 'commit', '--quiet', '--message=Start')
}

function git(folder: string, ...words: readonly string[]): void {
  if (execNow('git', ['-C', folder, ...words]) === undefined) throw new Error(`git ${words.join(' ')} failed`)
}
