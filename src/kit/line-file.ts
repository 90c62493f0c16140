import { closeSync, fsync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'

const sync = promisify(fsync)

/**
 * Appends JSON lines to a file. A line is with the kernel when `append` returns, so it survives a SIGKILL of the writer;
 * it is on the disk when the promise resolves. A disk that is busy must not stop this process: what it sends and
 * forwards meanwhile would be late, and be taken for the preview's own slowness.
 */
export interface LineFile {
  readonly append: (entry: unknown) => Promise<void>
  readonly close: () => void
}

export function openLineFile(path: string): LineFile {
  let descriptor: number | undefined = openSync(path, 'a', 0o600)
  return {
    append: (entry) => {
      if (descriptor === undefined) throw new Error(`${path} is closed`)
      writeSync(descriptor, `${JSON.stringify(entry)}\n`)
      const synced = sync(descriptor).catch((error: unknown) => {
        // Whoever closed the file meanwhile has synced it.
        if (descriptor !== undefined) throw error
      })
      // Who does not wait for the disk is not told of its failure; the line itself was written.
      synced.catch(() => undefined)
      return synced
    },
    close: () => {
      if (descriptor === undefined) return
      fsyncSync(descriptor)
      closeSync(descriptor)
      descriptor = undefined
    },
  }
}

/** The entries of such a file. A last line without its end was being written when the writer died and is left out. */
export function readLineFile(path: string): readonly unknown[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.slice(0, -1).flatMap((line) => {
    try {
      return [JSON.parse(line) as unknown]
    } catch {
      return []
    }
  })
}
