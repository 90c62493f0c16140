import type { Clock } from '../kit/clock.ts'
import type { FaultType } from '../model/fault.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Plan } from '../model/plan.ts'
import type { Engine, Observer, Platform, RunContext, Traffic } from '../model/ports.ts'

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
  /** Every time that a replica became ready, in order; grows while the run lasts. */
  readonly readiness: readonly { readonly replica: string; readonly atMs: number }[]
  /** Aborted when a person or a signal stops the run. */
  readonly cancelled: AbortSignal
}
