import { readFile, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { SeaworthyError } from '../kit/errors.ts'
import { readGitFile } from '../kit/git-file.ts'

/** A suite as it is at another place, such as the base commit of a pull request. */
export interface BaseText {
  /** For people: `seaworthy.yaml at ba5e000`. */
  readonly where: string
  /** Undefined: it is known that there is none. */
  readonly text: string | undefined
}

const MOST_BYTES = 262_144
const SHORT = 7

/**
 * The suite at `path` as a commit of the repository around it has it; undefined where there is no git, no repository or
 * no such commit, so that it has to be read elsewhere.
 */
export async function readBaseFromGit(path: string, revision: string): Promise<BaseText | undefined> {
  const name = basename(path)
  const found = await readGitFile(revision, name, { folder: dirname(path), from: 'folder' })
  return found && { where: `${name} at ${found.commit.slice(0, SHORT)}`, text: found.text }
}

/** What `--policy-from` names: a file, else a revision of git. Throws SeaworthyError('INPUT') where it is neither. */
export async function readBaseFrom(given: string, path: string): Promise<BaseText> {
  const file = await stat(given).catch(() => undefined)
  if (file?.isFile() && file.size <= MOST_BYTES) return { where: given, text: await readFile(given, 'utf8') }
  const read = await readBaseFromGit(path, given)
  if (read) return read
  throw new SeaworthyError('INPUT', `policy-from: there is no suite and no revision of git ${JSON.stringify(given)}`, {
    remedy: 'Name a file, or a branch, tag or commit that is here: `git fetch` brings it.',
    target: given,
  })
}
