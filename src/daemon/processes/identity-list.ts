import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Identity } from '../../kit/process-identity.ts'

/** Lines `PID START-TIME`, which a watchdog's shell reads as well. */
export function listPath(folder: string): string {
  return join(folder, 'processes')
}

/** Adds them; on the disk when it resolves. Also makes the file. */
export async function addToList(folder: string, identities: readonly Identity[]): Promise<void> {
  const file = await open(listPath(folder), 'a', 0o600)
  try {
    await file.appendFile(identities.map(({ pid, startTime }) => `${pid} ${startTime}\n`).join(''))
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Undefined where there is no list. A line that was being written when the writer died was not acted upon. */
export async function readList(folder: string): Promise<readonly Identity[] | undefined> {
  const text = await readFile(listPath(folder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return text?.split('\n').flatMap((line) => {
    const match = /^(\d+) (\d+)$/.exec(line)
    return match ? [{ pid: Number(match[1]), startTime: match[2] ?? '' }] : []
  })
}

export async function removeList(folder: string): Promise<void> {
  await rm(listPath(folder), { force: true })
}
