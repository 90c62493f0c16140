import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { REPOSITORY } from '../places.ts'
import { commit, copyInto, repository } from './repository.ts'

const LOCK = { name: 'shop', lockfileVersion: 3, requires: true, packages: { '': { name: 'shop' } } }

/** What a user put into a repository: examples as they are shipped, but for what `edit` does to them. */
export interface Setup {
  /** File names in `examples/workflows`. */
  readonly workflows: readonly string[]
  readonly suite: string
  readonly files?: Readonly<Record<string, string>>
  readonly edit?: (text: string) => string
}

/** A committed repository of a user. */
export function userRepository({ workflows, suite, files = {}, edit = (text) => text }: Setup): string {
  const folder = repository({
    'seaworthy.yaml': suite,
    'package.json': '{"name":"shop","private":true}',
    'package-lock.json': JSON.stringify(LOCK),
    '.gitignore': 'out/\n',
    ...files,
  })
  mkdirSync(join(folder, '.github/workflows'), { recursive: true })
  for (const name of workflows) writeFileSync(join(folder, '.github/workflows', name), edit(example(name)))
  commit(folder)
  return folder
}

/**
 * For every action that an example names: ours by its published name, and stand-ins for those of others, which would
 * need a network. A checkout is act's own: it copies the repository.
 */
export function substitutes(workflow: string): readonly string[] {
  const ours = mkdtempSync(join(tmpdir(), 'seaworthy-published-'))
  for (const path of ['action.yml', 'dist']) copyInto(ours, path, path)
  const named = example(workflow).matchAll(/uses: (([\w-]+)\/([\w-]+)@\w+)/g)
  return [...named].flatMap(([, reference, owner, name]) => {
    if (name === 'checkout') return []
    const folder = owner === 'seaworthy' ? ours : join(import.meta.dirname, 'stand-ins', `${name}`)
    return ['--local-repository', `${reference}=${folder}`]
  })
}

/** An empty folder for artifacts, in a folder of its own. */
export function artifactsFolder(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'seaworthy-artifacts-')), 'kept')
  mkdirSync(folder)
  return folder
}

function example(name: string): string {
  return readFileSync(join(REPOSITORY, 'examples/workflows', name), 'utf8')
}
