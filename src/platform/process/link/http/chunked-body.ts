import { LineReader } from './lines.ts'

const MAX_LINE_BYTES = 8_192
const MAX_TRAILER_BYTES = 65_536
const SIZE = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?$/
const PARTIAL_SIZE = /^[0-9A-Fa-f]{0,12}(?:[ \t]|;|\r|$)/

export type ChunkedStep =
  | { readonly step: 'more' }
  | { readonly step: 'end'; readonly next: number }
  | { readonly step: 'garbage' }

const MORE: ChunkedStep = { step: 'more' }
const GARBAGE: ChunkedStep = { step: 'garbage' }

/** Follows a chunked body (RFC 9112 §7.1) to its end. One object a body. */
export class ChunkedBody {
  readonly #lines = new LineReader()
  #state: 'size' | 'data' | 'data-end' | 'trailer' = 'size'
  #left = 0

  /** Takes in `chunk` from a place on; `end` tells where the next message starts. */
  feed(chunk: Buffer, from: number): ChunkedStep {
    let at = from
    while (at < chunk.length) {
      if (this.#state === 'data') {
        const taken = Math.min(this.#left, chunk.length - at)
        at += taken
        this.#left -= taken
        if (this.#left === 0) this.#state = 'data-end'
        continue
      }
      const read = this.#lines.read(chunk, at)
      if (this.#tooLong()) return GARBAGE
      if (read === undefined) return this.#couldBeLine() ? MORE : GARBAGE
      at = read.next
      const taken = this.#takeLine(read.line)
      if (taken === 'garbage') return GARBAGE
      if (taken === 'end') return { step: 'end', next: at }
    }
    return MORE
  }

  #takeLine(line: string): 'more' | 'end' | 'garbage' {
    if (this.#state === 'trailer') return line === '' ? 'end' : 'more'
    this.#lines.reset()
    if (this.#state === 'data-end') {
      this.#state = 'size'
      return line === '' ? 'more' : 'garbage'
    }
    const size = SIZE.exec(line)
    if (!size) return 'garbage'
    this.#left = Number.parseInt(size[1] ?? '', 16)
    this.#state = this.#left === 0 ? 'trailer' : 'data'
    return 'more'
  }

  #tooLong(): boolean {
    return this.#lines.size > (this.#state === 'trailer' ? MAX_TRAILER_BYTES : MAX_LINE_BYTES)
  }

  #couldBeLine(): boolean {
    const { partial } = this.#lines
    if (this.#state === 'size') return PARTIAL_SIZE.test(partial)
    return this.#state === 'trailer' || partial === '' || partial === '\r'
  }
}
