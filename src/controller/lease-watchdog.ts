import type { Clock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import type { KubeClient } from '../kube/kube-client.ts'
import { KubeError } from '../kube/kube-error.ts'
import type { Lease } from '../kube/lease.ts'
import { FAULTS, LEASES } from '../kube/resources.ts'
import type { FaultObject } from '../model/cluster/fault-object.ts'
import type { FaultEvents } from './fault-events.ts'
import { type FaultsView, mayBeOn } from './faults-view.ts'

/** A clock that is this much apart from ours is somebody's mistake, and no longer a reason to wait. */
const SKEW_MS = 30_000
const DEFAULT_DURATION_S = 15

/**
 * When a Lease ends by this controller's own clock: counted from when its last renewal was seen here, so that the clocks of
 * its holder and of this machine need not agree; and at the latest SKEW_MS after the time that it names itself, so that one
 * which ended before this controller began is not granted another term.
 */
export class LeaseClock {
  readonly #clock: Clock
  readonly #seen = new Map<string, { readonly renewal: string; readonly atMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds until it ends; zero or less when it has. */
  remainingMs({ metadata, spec }: Lease): number {
    const key = metadata.uid ?? `${metadata.namespace}/${metadata.name}`
    const renewal = `${spec?.holderIdentity} ${spec?.renewTime}`
    const now = this.#clock.monotonic()
    const known = this.#seen.get(key)
    const seen = known?.renewal === renewal ? known : { renewal, atMs: now }
    this.#seen.set(key, seen)
    const durationMs = (spec?.leaseDurationSeconds ?? DEFAULT_DURATION_S) * 1_000
    const byOwnClock = seen.atMs + durationMs - now
    const renewedAt = Date.parse(spec?.renewTime ?? spec?.acquireTime ?? '')
    const byItsWord = Number.isNaN(renewedAt) ? 0 : renewedAt + durationMs + SKEW_MS - this.#clock.now()
    return Math.min(byOwnClock, byItsWord)
  }

  forget(isKept: (key: string) => boolean): void {
    for (const key of this.#seen.keys()) if (!isKept(key)) this.#seen.delete(key)
  }
}

export interface LeaseWatchdogParts {
  readonly client: KubeClient
  readonly clock: Clock
  readonly faults: FaultsView
  readonly events: FaultEvents
  /** From the cache; what is not there is asked for. */
  readonly lease: (namespace: string, name: string) => Lease | undefined
  readonly onTrouble: (detail: string) => void
}

/** Ends faults whose run does not hold its Lease any more. `check` looks once at all of them; call it often. */
export class LeaseWatchdog {
  readonly #parts: LeaseWatchdogParts
  readonly #leaseClock: LeaseClock
  readonly #ended = new Set<string>()

  constructor(parts: LeaseWatchdogParts) {
    this.#parts = parts
    this.#leaseClock = new LeaseClock(parts.clock)
  }

  async check(): Promise<void> {
    const bound = this.#parts.faults
      .all()
      .filter((fault) => fault.spec.lease !== undefined && fault.spec.end === undefined && mayBeOn(fault))
    await Promise.all(bound.map((fault) => this.#checkOne(fault)))
    const live = new Set(bound.map(({ metadata }) => metadata.uid))
    for (const uid of this.#ended) if (!live.has(uid)) this.#ended.delete(uid)
  }

  async #checkOne(fault: FaultObject): Promise<void> {
    const { uid = '', namespace = '', name } = fault.metadata
    const leaseName = fault.spec.lease ?? ''
    if (this.#ended.has(uid) || !this.#whyNot(this.#parts.lease(namespace, leaseName), fault)) return
    try {
      // The cache may be behind: nothing is ended by what it says alone.
      const why = this.#whyNot(await this.#parts.client.get<Lease>(LEASES, leaseName, namespace), fault)
      if (!why) return
      this.#ended.add(uid)
      await this.#end(fault)
      this.#parts.events.tell(fault, 'Warning', 'LeaseLost', `${name} is ended: ${why}`)
    } catch (error) {
      this.#ended.delete(uid)
      if (!(error instanceof KubeError && error.status === 404))
        this.#parts.onTrouble(`the lease of ${namespace}/${name}: ${messageOf(error)}`)
    }
  }

  /** Why the run does not hold it; undefined while it does. */
  #whyNot(lease: Lease | undefined, { spec }: FaultObject): string | undefined {
    if (!lease) return `the Lease ${spec.lease} is not there`
    const holder = lease.spec?.holderIdentity ?? ''
    if (holder !== (spec.run ?? '')) return `the Lease ${spec.lease} is held by ${holder === '' ? 'nobody' : holder}`
    if (this.#leaseClock.remainingMs(lease) <= 0) return `the Lease ${spec.lease} of run ${holder} has expired`
    return undefined
  }

  async #end({ metadata: { name, namespace } }: FaultObject): Promise<void> {
    const at = new Date(this.#parts.clock.now()).toISOString()
    await this.#parts.client.patch(FAULTS, name, namespace, { spec: { end: { by: 'lease', at } } }, { type: 'merge' })
  }
}
