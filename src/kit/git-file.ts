import { askGit } from './git.ts'

/** Where a path is counted from: the folder that git is asked in, or the root of the repository around it. */
export type PathFrom = 'folder' | 'root'

export interface GitFile {
  /** The full name of the commit that the revision means. */
  readonly commit: string
  /** Undefined: it is known that the commit has no such file. */
  readonly text: string | undefined
}

/** A file of people, not of a machine: a longer one is not read. */
const MOST_BYTES = 262_144

/**
 * A regular file as a commit has it; a link is none, for it would name another file, which nobody looked at. Undefined
 * where it cannot be known: no git, no repository, no such commit here, another kind of entry. Never rejects.
 */
export async function readGitFile(
  revision: string,
  path: string,
  { folder, from }: { readonly folder: string; readonly from: PathFrom },
): Promise<GitFile | undefined> {
  if (revision.startsWith('-')) return undefined
  const git = (...args: readonly string[]) => askGit(folder, args)
  const commit = (await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`))?.trim()
  if (!commit || !/^[0-9a-f]{40,64}$/.test(commit)) return undefined
  const listed = await git('ls-tree', from === 'root' ? '--full-tree' : '--full-name', commit, '--', path)
  if (listed === undefined) return undefined
  if (listed.trim() === '') return { commit, text: undefined }
  const [, object] = /^100\d{3} blob ([0-9a-f]+)\t/.exec(listed) ?? []
  if (!object) return undefined
  const text = await git('cat-file', 'blob', object)
  return text === undefined || Buffer.byteLength(text) > MOST_BYTES ? undefined : { commit, text }
}
