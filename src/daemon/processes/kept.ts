import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ZodType } from 'zod'

/**
 * What an action must know to undo itself, in the fault's folder on the node: on the disk when this resolves, and whole
 * or not there at all. `name` without an ending.
 */
export async function keep(folder: string, name: string, value: unknown): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${name}.json`)
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(JSON.stringify(value))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  const directory = await open(folder, 'r')
  await directory.sync().finally(() => directory.close())
}

/** What was kept, or undefined where nothing was. Throws when it is there and cannot be read: what it undoes would be forgotten. */
export async function kept<T>(folder: string, name: string, schema: ZodType<T>): Promise<T | undefined> {
  const text = await readFile(join(folder, `${name}.json`), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return text === undefined ? undefined : schema.parse(JSON.parse(text))
}

export async function forget(folder: string, name: string): Promise<void> {
  await rm(join(folder, `${name}.json`), { force: true })
}
