import type { Clock } from '../../src/kit/clock.ts'

interface Timer {
  readonly at: number
  readonly fire: () => void
}

const START_MS = Date.UTC(2026, 0, 15, 3, 0, 0)

/**
 * A clock that moves by itself: when everything that could run has run, time jumps to the next timer. Hours pass in
 * milliseconds, and always in the same order. Time stands still while `busy` says so.
 */
export class WorldClock implements Clock {
  #now = START_MS
  #timers: Timer[] = []
  #scheduled = false
  readonly #busy: () => boolean

  constructor(busy: () => boolean = () => false) {
    this.#busy = busy
  }

  readonly now = (): number => this.#now
  readonly monotonic = (): number => this.#now - START_MS

  get pending(): number {
    return this.#timers.length
  }

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const drop = () => {
        this.#timers = this.#timers.filter((other) => other !== timer)
        reject(signal?.reason)
      }
      const fire = () => {
        signal?.removeEventListener('abort', drop)
        resolve()
      }
      const timer = { at: this.#now + Math.max(0, ms), fire }
      signal?.addEventListener('abort', drop, { once: true })
      this.#timers.push(timer)
      this.#schedule()
    })

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (!this.#busy()) this.#fireNext()
      if (this.#timers.length > 0) this.#schedule()
    })
  }

  #fireNext(): void {
    let next: Timer | undefined
    for (const timer of this.#timers) if (!next || timer.at < next.at) next = timer
    if (!next) return
    this.#timers.splice(this.#timers.indexOf(next), 1)
    this.#now = Math.max(this.#now, next.at)
    next.fire()
  }
}
