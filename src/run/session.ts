import type { Clock } from '../kit/clock.ts'
import type { EventListener } from '../model/events.ts'
import type { FaultType } from '../model/fault.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Plan } from '../model/plan.ts'
import type { Engine, Observer, Platform, RunContext, Traffic } from '../model/ports.ts'
import type { AddressCheck, Answer } from './ask-address.ts'
import type { CheckResult } from './check-result.ts'

/** What steps ask of a cluster. */
export interface ClusterHands {
  readonly condition: (object: string, type: string) => Promise<{ readonly status: string; readonly detail: string }>
  readonly readyEndpoints: (service: string) => Promise<number>
  /** Whether the address is a name that only the cluster knows. */
  readonly isInside: (check: AddressCheck) => boolean
  /** Asks such an address until it holds or its time is over. Throws SeaworthyError('PLATFORM') where nobody could ask. */
  readonly ask: (check: AddressCheck, signal: AbortSignal) => Promise<Answer>
  readonly run: (
    order: { readonly command: string; readonly image: string; readonly timeoutMs: number },
    signal: AbortSignal,
  ) => Promise<CheckResult>
}

/** What every part of the story needs while the preview is up. */
export interface Session {
  readonly context: RunContext
  readonly clock: Clock
  readonly plan: Plan
  readonly inventory: Inventory
  readonly faultTypes: readonly FaultType[]
  readonly platform: Platform
  readonly engine: Engine
  readonly traffic: Traffic
  readonly observer: Observer
  /** A scalar for `check: {prometheus}` steps; undefined where there is no Prometheus or no single number. */
  readonly queryScalar: (query: string) => Promise<number | undefined>
  /** Where and how Prometheus is asked; undefined where there is none, or not yet. */
  readonly prometheus: () =>
    | { readonly url: string; readonly token: string | undefined; readonly scrapeMs: number; readonly clock: Clock }
    | undefined
  readonly scrapeMs: number
  /** What only a cluster can do; undefined on this machine. */
  readonly cluster?: ClusterHands | undefined
  /** Told of every event of the run from now on. */
  readonly listen: (listener: EventListener) => void
  /** Every time that a replica became ready, in order; grows while the run lasts. */
  readonly readiness: readonly { readonly replica: string; readonly atMs: number }[]
  /** Aborted when a person or a signal stops the run. */
  readonly cancelled: AbortSignal
}
