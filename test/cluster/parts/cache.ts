import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from '../lock.ts'
import { cacheRoot } from '../places.ts'
import { progress } from '../progress.ts'

/**
 * The folder of a part of the cache, built by `build` into an empty folder when it is not there. Its name holds a digest
 * of `sources`: the texts and numbers that decide what is in it. Two processes never build the same part twice.
 */
export async function cached(
  name: string,
  sources: readonly string[],
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheRoot(), `${name}-${digest(sources).slice(0, 16)}`)
  if (existsSync(folder)) return folder
  return withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return folder
    progress(`building ${name}`)
    const half = `${folder}.half`
    rmSync(half, { recursive: true, force: true })
    mkdirSync(half, { recursive: true })
    await build(half)
    renameSync(half, folder)
    progress(`built ${name}`)
    return folder
  })
}

/** SHA-256 of some texts in their order, in hex. */
function digest(texts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(`${text.length}:`).update(text)
  return hash.digest('hex')
}

/** Stands for a big file in a digest: its size and when it was last written. */
export function fileMark(path: string): string {
  const { size, mtimeMs } = statSync(path)
  return `${path} ${size} ${mtimeMs}`
}

export function textOf(path: string): string {
  return readFileSync(path, 'utf8')
}
