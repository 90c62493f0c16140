import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SeaworthyError } from '../../kit/errors.ts'

const NAME = 'journal.json'
/** An artifact's folder, a shard's, a month's: nobody keeps journals deeper, and a loop of links ends. */
const DEEPEST = 8

/**
 * The journals that files and folders mean: a file as it is, a folder for every `journal.json` in and below it. Sorted
 * within a folder, each once. Links are not followed below a folder. `except` is one that is about to be written.
 * Throws SeaworthyError('INPUT') for a path that is not there, and for a folder without any journal.
 */
export async function findJournals(paths: readonly string[], except?: string): Promise<readonly string[]> {
  const skipped = except === undefined ? undefined : await realpath(except).catch(() => undefined)
  const found = new Map<string, string>()
  for (const path of paths) {
    for (const file of await journalsAt(path)) {
      const real = await realpath(file)
      if (real !== skipped && !found.has(real)) found.set(real, file)
    }
  }
  return [...found.values()]
}

async function journalsAt(path: string): Promise<readonly string[]> {
  const kind = await stat(path).catch((cause: unknown) => {
    throw new SeaworthyError('INPUT', `there is no ${path}`, { cause, remedy: 'Name journals, or folders with some.' })
  })
  if (!kind.isDirectory()) return [path]
  const below = await journalsBelow(path, DEEPEST)
  if (below.length > 0) return below
  throw new SeaworthyError('INPUT', `there is no ${NAME} in or below ${path}`, {
    remedy: 'Every run writes one into its --report-dir; in a workflow it must be uploaded, and downloaded again.',
  })
}

async function journalsBelow(folder: string, depth: number): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort(byName)
  const own = entries.filter((entry) => entry.isFile() && entry.name === NAME).map(({ name }) => join(folder, name))
  if (depth === 0) return own
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
  const below = await Promise.all(folders.map(({ name }) => journalsBelow(join(folder, name), depth - 1)))
  return [...own, ...below.flat()]
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1
}
