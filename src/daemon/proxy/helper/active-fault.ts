import { startBeats } from './beats.ts'
import type { HelperCounts, HelperFault } from './messages.ts'

const HELD_KEPT = 1_024

/** One fault in a helper, from when it was given until it is taken away or its time is over. */
export class ActiveFault {
  readonly #over = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #stopBeats: () => void
  readonly #held: number[] = []
  #heldSeen = 0
  matched = 0
  hit = 0
  raw = 0

  constructor({ remainingMs, beat }: HelperFault, onOver: () => void) {
    this.#stopBeats = startBeats(beat)
    this.#timer = setTimeout(() => {
      this.end()
      onOver()
    }, remainingMs)
  }

  get active(): boolean {
    return !this.#over.signal.aborted
  }

  /** Aborted when the fault is over: what it holds is let go. */
  get over(): AbortSignal {
    return this.#over.signal
  }

  held(ms: number): void {
    this.#held[this.#heldSeen % HELD_KEPT] = ms
    this.#heldSeen += 1
  }

  counts(): HelperCounts {
    const sorted = [...this.#held].sort((a, b) => a - b)
    const median = sorted[Math.floor(sorted.length / 2)]
    const { matched, hit, raw } = this
    return { matched, hit, raw, ...(median === undefined ? {} : { medianHeldMs: median }) }
  }

  end(): void {
    if (!this.active) return
    clearTimeout(this.#timer)
    this.#stopBeats()
    this.#over.abort()
  }
}
