const LINE_FEED = 0x0a

/** Reads lines from chunks however they were cut. A line ends with LF; a CR before it is not part of it. */
export class LineReader {
  #partial = ''
  #size = 0

  /** Bytes read since the last reset, line ends included. */
  get size(): number {
    return this.#size
  }

  /** What is there of a line that has not ended. */
  get partial(): string {
    return this.#partial
  }

  reset(): void {
    this.#partial = ''
    this.#size = 0
  }

  /** The line that ends in `chunk` at or after `from` and the place behind it; undefined when none ends, and then all is taken in. */
  read(chunk: Buffer, from: number): { readonly line: string; readonly next: number } | undefined {
    const end = chunk.indexOf(LINE_FEED, from)
    const stop = end === -1 ? chunk.length : end
    this.#partial += chunk.toString('latin1', from, stop)
    this.#size += stop - from
    if (end === -1) return undefined
    this.#size += 1
    const line = this.#partial.endsWith('\r') ? this.#partial.slice(0, -1) : this.#partial
    this.#partial = ''
    return { line, next: end + 1 }
  }
}
