/** Enough for a median within two percent of ranks, in 32 KiB a rule. */
const KEPT = 4_096

/** How long things were held, in ms: the latest few thousand. */
export class HeldTimes {
  readonly #times: number[] = []
  #next = 0

  add(ms: number): void {
    this.#times[this.#next] = ms
    this.#next = (this.#next + 1) % KEPT
  }

  /** The median of these and of `others`, such as what is being held still; undefined when there are none. */
  median(others: readonly number[] = []): number | undefined {
    const sorted = [...this.#times, ...others].sort((a, b) => a - b)
    return sorted[Math.floor((sorted.length - 1) / 2)]
  }
}
