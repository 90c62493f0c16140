export interface MaskedLines {
  readonly write: (chunk: Buffer) => void
  /** Writes what is held back of a line that has no end. */
  readonly end: () => void
}

/** A line that is longer is written in pieces: nobody keeps more of it in memory, and a secret is found in each of them. */
const LONGEST_LINE = 65_536
const NEWLINE = 0x0a

/**
 * Passes a stream on by whole lines, each masked: a secret that two chunks have halves of is found. Bytes of lines
 * without a secret stay as they are, text or not.
 */
export function maskLines(mask: (text: string) => string, write: (bytes: Buffer) => void): MaskedLines {
  let held: readonly Buffer[] = []
  let length = 0
  const flush = () => {
    if (length === 0) return
    const bytes = Buffer.concat(held)
    held = []
    length = 0
    const text = bytes.toString('utf8')
    const masked = mask(text)
    write(masked === text ? bytes : Buffer.from(masked))
  }
  const hold = (bytes: Buffer) => {
    held = [...held, bytes]
    length += bytes.length
  }
  return {
    write: (chunk) => {
      const after = chunk.lastIndexOf(NEWLINE) + 1
      if (after > 0) {
        hold(chunk.subarray(0, after))
        flush()
      }
      if (after < chunk.length) hold(chunk.subarray(after))
      if (length >= LONGEST_LINE) flush()
    },
    end: flush,
  }
}
