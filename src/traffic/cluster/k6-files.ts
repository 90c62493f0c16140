import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { messageOf, SeaworthyError } from '../../kit/errors.ts'

/** One file of a script: where it stands below the folder that all of them share, with slashes. */
export interface ScriptFile {
  readonly path: string
  readonly bytes: Buffer
}

/** A config map holds at most 1 MiB, in base64, with its names. */
const MOST_BYTES = 700 * 1024
const MOST_FILES = 200

/** `from './x.js'`, `import './x.js'`, `import('./x.js')`, `require('./x.js')`: modules count from the file that names them. */
const MODULE = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"`])(\.{1,2}\/[^'"`\n$]+)\1/g
/** `open('data.json')`: data counts from the file that opens it. */
const DATA = /\bopen\s*\(\s*(['"`])(?!https?:|file:)([^'"`\n$]+)\1/g

/**
 * A k6 script, and every file of its own that it imports or opens by a name that stands in its text, the script first.
 * They must lie in the suite's folder or the script's, links followed: a script is not to carry other files of this
 * machine into a cluster. Throws SeaworthyError('TRAFFIC') for one that lies elsewhere, cannot be read or is too big.
 */
export function readScript(script: string, suiteFolder: string): readonly ScriptFile[] {
  const roots = [suiteFolder, dirname(script)].map((folder) => realpathSync(resolve(folder)))
  const found = new Map<string, Buffer>()
  const waiting = [realOf(script)]
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (found.has(path)) continue
    found.set(path, readFileOf(path, roots))
    checkSize(found, script)
    if (/\.[cm]?[jt]s$/.test(path)) waiting.push(...namedBy(found.get(path)?.toString('utf8') ?? '', path))
  }
  const paths = [...found.keys()]
  const top = commonFolder(paths)
  return paths.map((path) => ({
    path: relative(top, path).split(sep).join('/'),
    bytes: found.get(path) ?? Buffer.alloc(0),
  }))
}

/** Those that are there: what merely looks like a file's name in a text is left out, and k6 itself says what it misses. */
function namedBy(text: string, path: string): readonly string[] {
  const names = [...text.matchAll(MODULE), ...text.matchAll(DATA)].map(([, , name = '']) => name)
  return names.flatMap((name) => {
    const target = join(dirname(path), name)
    return isFile(target) ? [realOf(target)] : []
  })
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function realOf(path: string): string {
  try {
    return realpathSync(path)
  } catch (cause) {
    throw unreadable(path, messageOf(cause))
  }
}

function readFileOf(path: string, roots: readonly string[]): Buffer {
  if (!roots.some((root) => path.startsWith(`${root}${sep}`)))
    throw new SeaworthyError('TRAFFIC', 'the k6 script uses a file outside the folder of the suite', {
      target: path,
      remedy: "Move it into the suite's folder or below, or build an image of k6 that holds it.",
    })
  if (statSync(path).size > MOST_BYTES) throw tooBig(path)
  try {
    return readFileSync(path)
  } catch (cause) {
    throw unreadable(path, messageOf(cause))
  }
}

function checkSize(found: ReadonlyMap<string, Buffer>, script: string): void {
  const bytes = [...found.values()].reduce((sum, { length }) => sum + length, 0)
  if (bytes > MOST_BYTES || found.size > MOST_FILES) throw tooBig(script)
}

function tooBig(path: string): SeaworthyError {
  return new SeaworthyError(
    'TRAFFIC',
    `a k6 script and its files may have ${MOST_BYTES / 1024} KiB and ${MOST_FILES} files in a cluster`,
    {
      target: path,
      remedy:
        'Make the data smaller, or build an image of k6 that holds it (`traffic.k6.image`) and open it by its path there.',
    },
  )
}

function unreadable(path: string, why: string): SeaworthyError {
  return new SeaworthyError('TRAFFIC', `a file of the k6 script cannot be read: ${why}`, {
    target: path,
    remedy: "Name it relative to the suite's folder, and let this user read it.",
  })
}

function commonFolder(paths: readonly string[]): string {
  const folders = paths.map((path) => dirname(path).split(sep))
  const [first = []] = folders
  const shared = first.findIndex((part, place) => folders.some((parts) => parts[place] !== part))
  return (shared === -1 ? first : first.slice(0, shared)).join(sep) || sep
}
