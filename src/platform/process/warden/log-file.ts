import { closeSync, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { StringDecoder } from 'node:string_decoder'

/** What one replica said, over all its restarts, up to a size. */
export interface LogFile {
  readonly write: (chunk: Buffer) => void
  /** A line of our own among those of the service. */
  readonly note: (text: string) => void
  /** It takes nothing more: nobody needs to make anything ready for it. */
  readonly isCut: () => boolean
  readonly close: () => void
}

/** Opens for appending, with the folders above. Past the limit it says once that it is cut, and takes nothing more. */
export function openLogFile(path: string, limitBytes: number): LogFile {
  mkdirSync(dirname(path), { recursive: true })
  const descriptor = openSync(path, 'a', 0o600)
  let size = fstatSync(descriptor).size
  let cut = size >= limitBytes
  const append = (bytes: Buffer) => {
    if (cut) return
    const room = limitBytes - size
    size += writeSync(descriptor, bytes.length > room ? bytes.subarray(0, room) : bytes)
    if (bytes.length < room) return
    cut = true
    writeSync(descriptor, `\n[seaworthy] the log is cut here: it has ${limitBytes} bytes\n`)
  }
  return {
    write: append,
    note: (text) => append(Buffer.from(`[seaworthy] ${text}\n`)),
    isCut: () => cut,
    close: () => closeSync(descriptor),
  }
}

/** A line may be longer than anybody wants to keep in memory; what is looked for is found across chunks up to this. */
const CARRIED_CHARACTERS = 8_192

/** Calls `found` once, when the text was in the output; give it every chunk of one stream. */
export function createWatch(text: string, found: () => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8')
  const kept = Math.max(CARRIED_CHARACTERS, text.length)
  let carried = ''
  let done = false
  return (chunk) => {
    if (done) return
    const seen = carried + decoder.write(chunk)
    done = seen.includes(text)
    if (done) found()
    carried = seen.slice(-kept)
  }
}
