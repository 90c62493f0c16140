import { Fifo } from './fifo.ts'

/** How far it may catch up when the process was not scheduled in time; a line that stood still for longer has lost that time. */
const CATCH_UP_MS = 50
/** Longest time that one piece occupies the line, so that connections take turns and bytes flow evenly. */
const PIECE_MS = 20
const MAX_PIECE_BYTES = 65_536

export interface Ticket {
  readonly cancel: () => void
}
interface Waiting {
  readonly bytes: number
  readonly granted: () => void
}

/**
 * A serial line of a fixed rate that several connections share: one piece at a time, first come first served, and a
 * piece is through when its last byte is. So `n` bytes never take less than `n / rate`, and nobody starves.
 */
export class Limiter {
  readonly #bytesPerMs: number
  readonly #waiting = new Fifo<Waiting>()
  #freeAt = 0
  #timer: NodeJS.Timeout | undefined

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1_000
  }

  /** Most bytes that one piece may have. */
  get pieceBytes(): number {
    return Math.max(1, Math.min(MAX_PIECE_BYTES, Math.floor(this.#bytesPerMs * PIECE_MS)))
  }

  /** Calls `granted` once, later, when a piece of so many bytes is through. */
  take(bytes: number, granted: () => void): Ticket {
    const waiting = { bytes, granted }
    this.#waiting.push(waiting)
    if (this.#timer === undefined) this.#serve(performance.now())
    return { cancel: () => this.#cancel(waiting) }
  }

  #serve(startMs: number): void {
    const next = this.#waiting.peek()
    if (next === undefined) return
    this.#freeAt = startMs + next.bytes / this.#bytesPerMs
    this.#arm(next)
  }

  #arm(next: Waiting): void {
    this.#timer = setTimeout(
      () => {
        if (performance.now() < this.#freeAt) this.#arm(next)
        else this.#through(next)
      },
      // A line that catches up is behind already.
      Math.max(0, Math.ceil(this.#freeAt - performance.now())),
    )
  }

  #through(done: Waiting): void {
    this.#timer = undefined
    this.#waiting.shift()
    const start = Math.max(this.#freeAt, performance.now() - CATCH_UP_MS)
    done.granted()
    // The one that was just served may have asked again while it was told; the line is still busy for the others then.
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    this.#timer = undefined
    this.#serve(start)
  }

  #cancel(waiting: Waiting): void {
    const inService = this.#waiting.peek() === waiting
    this.#waiting.remove(waiting)
    if (!inService) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#serve(performance.now())
  }
}
