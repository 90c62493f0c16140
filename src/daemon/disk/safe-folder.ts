import { closeSync, constants, fstatSync, openSync } from 'node:fs'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants

/** An open folder. Names in it are reached by `at`, which no rename or link outside of it can redirect. */
export interface OpenFolder {
  readonly descriptor: number
  /** The path of an entry by way of the open folder. The name has no slash. */
  readonly at: (name: string) => string
  readonly close: () => void
}

/** Why a path is not one that a folder in a container is named by; undefined when it is. Absolute, without `.` and `..`. */
export function refusePath(path: string): string | undefined {
  if (!path.startsWith('/')) return `${JSON.stringify(path)} is not an absolute path`
  if (path.includes('\0') || partsOf(path).some((part) => part === '.' || part === '..')) {
    return `${JSON.stringify(path)} has a part that leads elsewhere`
  }
  return undefined
}

/**
 * Opens a folder below `root` one part at a time and follows no symbolic link: what is in a container may be hostile, and a
 * link there would lead the daemon to the host's files. Throws an Error that says which part is no folder.
 */
export function openFolder(root: string, path: string): OpenFolder {
  const why = refusePath(path)
  if (why !== undefined) throw new Error(why)
  let descriptor = openSync(root, O_RDONLY | O_DIRECTORY)
  for (const part of partsOf(path)) {
    const above = descriptor
    try {
      descriptor = openSync(`/proc/self/fd/${above}/${part}`, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    } catch (error) {
      throw new Error(`${path} cannot be used: ${JSON.stringify(part)} ${wordsFor(error)}`, { cause: error })
    } finally {
      closeSync(above)
    }
  }
  return folderOf(descriptor)
}

function folderOf(descriptor: number): OpenFolder {
  return {
    descriptor,
    at: (name) => `/proc/self/fd/${descriptor}/${name}`,
    close: () => closeSync(descriptor),
  }
}

/** Device and inode: whether two open files are the same. */
export function sameFile(a: number, b: { readonly dev: string; readonly ino: string }): boolean {
  const { dev, ino } = fstatSync(a, { bigint: true })
  return String(dev) === b.dev && String(ino) === b.ino
}

function partsOf(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '')
}

function wordsFor(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOTDIR') return 'is not a folder, or a symbolic link'
  if (code === 'ELOOP') return 'is a symbolic link'
  return code === 'ENOENT' ? 'is not there' : `gave ${code}`
}
