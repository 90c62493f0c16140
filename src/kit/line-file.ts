import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'

/** Appends one JSON line to a file and syncs it before it returns, so that what was written survives a SIGKILL of the writer. */
export interface LineFile {
  readonly append: (entry: unknown) => void
  readonly close: () => void
}

export function openLineFile(path: string): LineFile {
  let descriptor: number | undefined = openSync(path, 'a', 0o600)
  return {
    append: (entry) => {
      if (descriptor === undefined) throw new Error(`${path} is closed`)
      writeSync(descriptor, `${JSON.stringify(entry)}\n`)
      fsyncSync(descriptor)
    },
    close: () => {
      if (descriptor !== undefined) closeSync(descriptor)
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
