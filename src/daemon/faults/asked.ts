import type { Clock } from '../../kit/clock.ts'
import type { FaultTarget } from '../../model/cluster/fault-object.ts'
import type { Machine, Wish } from './machine.ts'
import type { Request } from './safety.ts'

/** What a close look refused is not looked at again sooner: much happens that is none of its business. */
const REFUSED_FOR_MS = 1_000

/**
 * Since when a fault was asked for in earnest. Who is refused may still begin for as long as the fault itself was to last, and
 * no longer: it must not come over anybody who has forgotten it.
 */
export class Asked {
  readonly #clock: Clock
  readonly #target: FaultTarget
  #request: Request | undefined
  #sinceMs: number | undefined
  #refusedAtMs = Number.NEGATIVE_INFINITY
  #isPausing = false

  constructor(target: FaultTarget, clock: Clock) {
    this.#target = target
    this.#clock = clock
  }

  /**
   * Follows what is wished; `later` is told in how many milliseconds it must be looked at once more. False when the same was refused a moment
   * ago, and is to be left alone until then. Of one that an earlier daemon refused nobody knows since when: then since it was
   * created.
   */
  follow(request: Request, { wish }: Wish, machine: Machine, later: (ms: number) => void): boolean {
    this.#request = request
    if (wish === 'inject') this.#begin(request, machine, later)
    const isSame = machine.stage === 'waiting' && machine.phase === 'Refused' && wish === machine.wish.wish
    const pauseMs = this.#refusedAtMs + REFUSED_FOR_MS - this.#clock.now()
    if (!isSame || pauseMs <= 0) return true
    if (!this.#isPausing) later(pauseMs)
    this.#isPausing = true
    return false
  }

  #begin({ object: { metadata, spec, status } }: Request, { phase }: Machine, later: (ms: number) => void): void {
    if (this.#sinceMs !== undefined) return
    const record = status?.targets?.find(({ uid }) => uid === this.#target.uid)
    const isOld = phase === undefined && record?.phase === 'Refused'
    const createdAtMs = Date.parse(metadata.creationTimestamp ?? '')
    this.#sinceMs = isOld && !Number.isNaN(createdAtMs) ? createdAtMs : this.#clock.now()
    later(this.#sinceMs + spec.durationMs - this.#clock.now())
  }

  /** A refusal is for good by now. */
  get isLate(): boolean {
    if (this.#sinceMs === undefined || !this.#request) return false
    return this.#clock.now() >= this.#sinceMs + this.#request.object.spec.durationMs
  }

  refused(): void {
    this.#isPausing = false
    this.#refusedAtMs = this.#clock.now()
  }
}
