import type { Framing } from './body-length.ts'
import { ChunkedBody } from './chunked-body.ts'
import { type Field, type Head, parseField } from './head.ts'
import { LineReader } from './lines.ts'

const MAX_HEAD_BYTES = 65_536
const CR = 0x0d
const LF = 0x0a

/** What differs between requests and answers. */
export interface Grammar {
  /** Whether these can be the first characters of a start line. */
  readonly mayStart: (start: string) => boolean
  /** How the message goes on after its head; undefined when this is no HTTP/1.x after all. */
  readonly framing: (head: Head) => Framing | undefined
}

/** A run of bytes that belong together. All parts of a chunk, in order, are the chunk. */
export interface Part {
  readonly bytes: Buffer
  /** `raw`: not part of any message. */
  readonly section: 'head' | 'body' | 'raw'
  /** Set on the part that completes a head, interim heads too. */
  readonly head: Head | undefined
  readonly interim: boolean
  /** These are the first, or the last, bytes of a message. */
  readonly first: boolean
  readonly last: boolean
}

type State = 'idle' | 'head' | 'length' | 'chunked' | 'until-close' | 'parked' | 'opaque'

/**
 * Follows one direction of an HTTP/1.x connection and says where messages begin and end. It changes nothing, never
 * throws, and turns opaque for good at the first byte that is not HTTP/1.x: everything is raw from then on.
 */
export class Framer {
  readonly #grammar: Grammar
  readonly #lines = new LineReader()
  #state: State = 'idle'
  #startLine: string | undefined
  #fields: Field[] = []
  #left = 0
  #chunked = new ChunkedBody()
  #parts: Part[] = []
  #first = false

  constructor(grammar: Grammar) {
    this.#grammar = grammar
  }

  get opaque(): boolean {
    return this.#state === 'opaque'
  }

  /** Between two messages, or before the first. */
  get idle(): boolean {
    return this.#state === 'idle'
  }

  /** Cuts a chunk into parts. */
  feed(chunk: Buffer): readonly Part[] {
    this.#parts = []
    let at = 0
    while (at < chunk.length) at = this.#step(chunk, at)
    return this.#parts
  }

  /** The stream ended. True when that is the end of a message that lasts until the connection closes. */
  end(): boolean {
    const complete = this.#state === 'until-close'
    if (complete) this.#state = 'idle'
    return complete
  }

  /** After a request that asked for a tunnel: it was refused, so HTTP goes on. */
  resume(): void {
    if (this.#state === 'parked') this.#state = 'idle'
  }

  becomeOpaque(): void {
    this.#state = 'opaque'
  }

  #step(chunk: Buffer, at: number): number {
    switch (this.#state) {
      case 'idle':
        return this.#idle(chunk, at)
      case 'head':
        return this.#head(chunk, at)
      case 'length':
        return this.#length(chunk, at)
      case 'chunked':
        return this.#chunkedBody(chunk, at)
      case 'until-close':
        return this.#body(chunk.subarray(at), false, chunk.length)
      case 'parked':
      case 'opaque':
        this.#state = 'opaque'
        return this.#raw(chunk, at, chunk.length)
    }
  }

  /** Empty lines before a start line belong to nothing (RFC 9112 §2.2). */
  #idle(chunk: Buffer, from: number): number {
    let at = from
    while (at < chunk.length && (chunk[at] === CR || chunk[at] === LF)) at += 1
    if (at > from) return this.#raw(chunk, from, at)
    this.#state = 'head'
    this.#first = true
    this.#newHead()
    return at
  }

  #newHead(): void {
    this.#lines.reset()
    this.#startLine = undefined
    this.#fields = []
  }

  #head(chunk: Buffer, from: number): number {
    let at = from
    while (at < chunk.length) {
      const read = this.#lines.read(chunk, at)
      if (this.#lines.size > MAX_HEAD_BYTES) return this.#garbage(chunk, from)
      if (read === undefined) {
        if (this.#startLine === undefined && !this.#grammar.mayStart(this.#lines.partial))
          return this.#garbage(chunk, from)
        break
      }
      at = read.next
      if (read.line === '') return this.#headEnds(chunk, from, at)
      if (!this.#takeLine(read.line)) return this.#garbage(chunk, from)
    }
    this.#add({ bytes: chunk.subarray(from), section: 'head', head: undefined, interim: false, last: false })
    return chunk.length
  }

  #takeLine(line: string): boolean {
    if (this.#startLine === undefined) {
      this.#startLine = line
      return this.#grammar.mayStart(line) && this.#grammar.framing({ startLine: line, fields: [] }) !== undefined
    }
    const field = parseField(line)
    if (field) this.#fields.push(field)
    return field !== undefined
  }

  #headEnds(chunk: Buffer, from: number, end: number): number {
    if (this.#startLine === undefined) return this.#garbage(chunk, from)
    const head: Head = { startLine: this.#startLine, fields: this.#fields }
    const framing = this.#grammar.framing(head)
    if (framing === undefined) return this.#garbage(chunk, from)
    const interim = framing.body === 'interim'
    this.#state = this.#afterHead(framing)
    const last = !interim && !['length', 'chunked', 'until-close'].includes(framing.body)
    this.#add({ bytes: chunk.subarray(from, end), section: 'head', head, interim, last })
    return end
  }

  #afterHead(framing: Framing): State {
    switch (framing.body) {
      case 'none':
        return 'idle'
      case 'length':
        this.#left = framing.bytes
        return 'length'
      case 'chunked':
        this.#chunked = new ChunkedBody()
        return 'chunked'
      case 'until-close':
        return 'until-close'
      case 'interim':
        this.#newHead()
        return 'head'
      case 'maybe-tunnel':
        return 'parked'
      case 'tunnel':
        return 'opaque'
    }
  }

  #length(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left)
    this.#left -= end - at
    return this.#body(chunk.subarray(at, end), this.#left === 0, end)
  }

  #chunkedBody(chunk: Buffer, at: number): number {
    const step = this.#chunked.feed(chunk, at)
    if (step.step === 'garbage') return this.#garbage(chunk, at)
    if (step.step === 'more') return this.#body(chunk.subarray(at), false, chunk.length)
    return this.#body(chunk.subarray(at, step.next), true, step.next)
  }

  #body(bytes: Buffer, last: boolean, next: number): number {
    if (last) this.#state = 'idle'
    this.#add({ bytes, section: 'body', head: undefined, interim: false, last })
    return next
  }

  #garbage(chunk: Buffer, from: number): number {
    this.#state = 'opaque'
    return this.#raw(chunk, from, chunk.length)
  }

  #raw(chunk: Buffer, from: number, to: number): number {
    this.#parts.push({
      bytes: chunk.subarray(from, to),
      section: 'raw',
      head: undefined,
      interim: false,
      first: false,
      last: false,
    })
    return to
  }

  #add(part: Omit<Part, 'first'>): void {
    this.#parts.push({ ...part, first: this.#first })
    this.#first = false
  }
}
