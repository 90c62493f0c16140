import type { FaultObject } from '../model/cluster/fault-object.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
/** Each asks the server: many of them ask more seldom. */
const PAUSE_EACH_MS = 50

/**
 * When those that were refused are asked again: as soon as something is known to have changed, and now and then, for as long as
 * the fault itself was to last. Then no more: it must not come over anybody who has forgotten it. Times in milliseconds since
 * the epoch.
 */
export class Asking {
  readonly #wasRefused: boolean
  #sinceMs: number | undefined
  #nextMs = 0
  #pauseMs = FIRST_PAUSE_MS

  /** `fault` as it was first seen: one that was refused before that was so at the earliest when it was created. */
  constructor({ spec, status }: FaultObject) {
    this.#wasRefused = spec.active && (status?.targets ?? []).some(({ phase }) => phase === 'Refused')
  }

  /** Whether they are asked now that the fault is to be on. */
  isDue(fault: FaultObject, now: number): boolean {
    this.#sinceMs ??= (this.#wasRefused ? createdAtMs(fault) : undefined) ?? now
    return now >= this.#nextMs && now < this.#sinceMs + fault.spec.durationMs
  }

  /** So many are still refused. */
  refused(count: number, now: number): void {
    this.#nextMs = now + this.#pauseMs + count * PAUSE_EACH_MS
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2)
  }

  /** Something has changed. */
  nudge(): void {
    this.#nextMs = 0
    this.#pauseMs = FIRST_PAUSE_MS
  }

  /** When they are asked next; undefined when they are not. */
  nextMs(fault: FaultObject): number | undefined {
    if (this.#sinceMs === undefined || this.#nextMs >= this.#sinceMs + fault.spec.durationMs) return undefined
    return this.#nextMs
  }
}

/** Whole seconds, as the server counts; undefined where it says nothing. */
export function createdAtMs({ metadata }: FaultObject): number | undefined {
  const at = Date.parse(metadata.creationTimestamp ?? '')
  return Number.isNaN(at) ? undefined : at
}
