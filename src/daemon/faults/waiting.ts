import type { Clock } from '../../kit/clock.ts'
import type { FaultTarget } from '../../model/cluster/fault-object.ts'
import type { Refusal } from './refusal.ts'
import type { Request } from './safety.ts'

/** What others do, and how long that may take; then it is refused. */
export interface WaitedFor {
  readonly limitMs: number
  readonly message: string
  readonly refusal: Refusal
}

/** To be asked again after `againMs`, if nothing changes before; or given up. */
export type WaitOutcome =
  | { readonly event: 'not-yet'; readonly message: string; readonly againMs: number }
  | { readonly event: 'not-prepared'; readonly refusal: Refusal }

const AGAIN_MS = 1_000

/** The wait of one target for what it needs before it can be prepared: one limit over all that it waits for. */
export class Waiting {
  readonly #clock: Clock
  #sinceMs: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  for({ limitMs, message, refusal }: WaitedFor): WaitOutcome {
    const now = this.#clock.now()
    this.#sinceMs ??= now
    const leftMs = this.#sinceMs + limitMs - now
    if (leftMs > 0) return { event: 'not-yet', message, againMs: Math.min(leftMs, AGAIN_MS) }
    return { event: 'not-prepared', refusal }
  }

  /** What is waited for after this has its whole time again. */
  end(): void {
    this.#sinceMs = undefined
  }
}

/** A controller that is asked for hundreds at once needs some time. */
export const PEERS: WaitedFor = {
  limitMs: 10_000,
  message: 'waits for the addresses of the other side',
  refusal: {
    reason: 'NoPeers',
    message: 'the addresses of the other side are not known',
    remedy: 'Look at the controller, which finds them.',
  },
}

/** The place of one that was replaced is kept for its successor as long as the fault lasts. */
export function podToRun({ name, replaces }: FaultTarget, { object }: Request): WaitedFor {
  return {
    limitMs: replaces === undefined ? POD_MS : object.spec.durationMs,
    message: 'waits for the pod to run',
    refusal: {
      reason: 'NotRunning',
      message: `pod ${name} does not run`,
      remedy: 'Look why: `kubectl describe pod`.',
    },
  }
}
const POD_MS = 10_000
