import type { Limiter, Ticket } from './limiter.ts'
import type { RuleOf } from './rule-state.ts'

/** A narrow line that a lane's bytes go through, and the rule that made it. */
export interface Narrowing {
  readonly rule: RuleOf<'bandwidth'>
  readonly limiter: Limiter
}

/** The way of one piece through all narrow lines, one after the other. */
export class Permit {
  readonly bytes: number
  readonly #todo: Narrowing[]
  readonly #ready: () => void
  #ticket: Ticket | undefined

  /** Takes at most `available` bytes; `ready` is called when a wait is over. */
  constructor(available: number, narrowings: readonly Narrowing[], ready: () => void) {
    this.bytes = Math.min(available, ...narrowings.map(({ limiter }) => limiter.pieceBytes))
    this.#todo = [...narrowings]
    this.#ready = ready
  }

  /** Whether the piece may go now. Starts or goes on waiting when it may not. */
  granted(): boolean {
    const next = this.#todo[0]
    if (next === undefined) return true
    this.#ticket ??= next.limiter.take(this.bytes, () => {
      this.#ticket = undefined
      this.#todo.shift()
      this.#ready()
    })
    return false
  }

  cancel(): void {
    this.#ticket?.cancel()
    this.#ticket = undefined
  }
}
