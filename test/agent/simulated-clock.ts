import type { Clock } from '../../src/kit/clock.ts'

interface Timer {
  readonly at: number
  readonly fire: () => void
}

/** A clock that only goes when a test lets it: time jumps from timer to timer, and all that follows from one happens before the next. */
export class SimulatedClock implements Clock {
  #now = 1_000_000
  #timers: Timer[] = []

  readonly now = (): number => this.#now
  readonly monotonic = (): number => this.#now

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const timer = { at: this.#now + Math.max(0, ms), fire: resolve }
      this.#timers.push(timer)
      signal?.addEventListener('abort', () => {
        this.#timers = this.#timers.filter((other) => other !== timer)
        reject(signal.reason)
      })
    })

  get pending(): number {
    return this.#timers.length
  }

  /** Lets `ms` pass. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms
    await settled()
    for (let next = this.#next(until); next; next = this.#next(until)) await this.#fire(next)
    this.#now = until
  }

  /** Lets as much time pass as `work` needs. Fails where it would wait for ever. */
  async until<T>(work: Promise<T>): Promise<T> {
    let done = false
    const watched = work.finally(() => {
      done = true
    })
    watched.catch(() => undefined)
    await settled()
    while (!done) {
      const next = this.#next(Number.POSITIVE_INFINITY)
      if (!next) throw new Error('it waits for something that no time brings')
      await this.#fire(next)
    }
    return watched
  }

  #next(until: number): Timer | undefined {
    return this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers = this.#timers.filter((other) => other !== timer)
    this.#now = Math.max(this.#now, timer.at)
    timer.fire()
    await settled()
  }
}

/** Every microtask that could run has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
