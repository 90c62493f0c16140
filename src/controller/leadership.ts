import type { Clock } from '../kit/clock.ts'
import { messageOf, SeaworthyError } from '../kit/errors.ts'
import type { Informer, KubeClient, KubeObject } from '../kube/kube-client.ts'
import { KubeError } from '../kube/kube-error.ts'
import { type Lease, microTime } from '../kube/lease.ts'
import { LEASES } from '../kube/resources.ts'
import { MANAGED_BY_LABEL } from '../model/cluster/fault-object.ts'
import { PART_OF, PART_OF_LABEL } from '../model/cluster/permission.ts'
import { CONTROLLER_NAME } from '../model/cluster/system.ts'

/** Short, so that a controller that was killed is soon followed; renewed often enough that a slow server is not taken for a death. */
const DURATION_S = 4
const RENEW_EVERY_MS = 1_000
/** By then a leader that could not renew has stopped, before anybody else may begin. */
const GIVE_UP_MS = 3_000
/** How long a leader that is told to stop waits for a successor that is on its way. */
const HAND_OVER_MS = 5_000
const CANDIDATE_ANNOTATION = 'seaworthy.dev/candidate'

export interface LeadershipParts {
  readonly client: KubeClient
  readonly clock: Clock
  readonly namespace: string
  /** Name of this pod: a container that is started again in it is the same holder, and need not wait. */
  readonly identity: string
  readonly onTrouble: (detail: string) => void
}

/**
 * One leader at a time. A standby watches the Lease and begins as soon as it is released; a leader that is told to stop goes
 * on until a standby has shown itself, so that replacing the pod leaves no gap.
 */
export class Leadership {
  readonly #parts: LeadershipParts
  readonly #changed = new Set<() => void>()
  #informer: Informer<Lease> | undefined
  /** Longer than the signal to stop: who hands over looks out for its successor. */
  readonly #following = new AbortController()
  #renewedMs = 0
  #seen: { readonly renewal: string; readonly atMs: number } | undefined

  constructor(parts: LeadershipParts) {
    this.#parts = parts
  }

  /** Resolves when this process leads. Throws the signal's reason, or KubeError when the Lease may not be read. */
  async acquire(signal: AbortSignal): Promise<void> {
    const giveUp = () => this.#following.abort(signal.reason)
    signal.addEventListener('abort', giveUp)
    try {
      await this.#acquire(signal)
    } catch (error) {
      giveUp()
      throw error
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    const { client, clock, namespace } = this.#parts
    signal.throwIfAborted()
    this.#informer = client.informer<Lease>(LEASES, { namespace, fields: `metadata.name=${CONTROLLER_NAME}` })
    this.#informer.on(() => this.#wakeAll())
    await this.#informer.start(this.#following.signal)
    for (;;) {
      const lease = this.#informer.get(CONTROLLER_NAME, namespace)
      const waitMs = this.#waitMs(lease)
      if (waitMs <= 0 && (await this.#take(lease))) return
      if (waitMs > 0) await this.#showUp(lease)
      await this.#next(clock.sleep(Math.max(50, Math.min(waitMs, DURATION_S * 1_000)), signal), signal)
    }
  }

  /** Renews until the signal. Throws SeaworthyError when another one leads, or it could not be renewed in time: then stop at once. */
  async keep(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts
    while (!signal.aborted) {
      await clock.sleep(RENEW_EVERY_MS, signal).catch(() => undefined)
      if (signal.aborted) return
      await this.#renew().catch((error) => {
        this.#following.abort()
        throw error
      })
    }
  }

  /** Goes on leading until a successor is there, or none comes; then lets go. Idempotent, never throws. */
  async release(): Promise<void> {
    await this.#handOver().finally(() => this.#following.abort())
  }

  async #handOver(): Promise<void> {
    const { client, clock, namespace, identity, onTrouble } = this.#parts
    const untilMs = clock.monotonic() + HAND_OVER_MS
    const lease = () => this.#informer?.get(CONTROLLER_NAME, namespace)
    const candidate = () => lease()?.metadata.annotations?.[CANDIDATE_ANNOTATION]
    const isOurs = () => lease()?.spec?.holderIdentity === identity
    while (isOurs() && (candidate() ?? identity) === identity && clock.monotonic() < untilMs) {
      await this.#renew().catch(() => undefined)
      await this.#next(clock.sleep(RENEW_EVERY_MS))
    }
    if (!isOurs()) return
    const patch = { metadata: annotated(null), spec: { holderIdentity: null, renewTime: microTime(clock.now()) } }
    await client
      .patch(LEASES, CONTROLLER_NAME, namespace, patch, { type: 'merge' })
      .catch((error) => onTrouble(`the Lease could not be released: ${messageOf(error)}`))
  }

  /** Until it may be taken: nobody's, our own, or not renewed for its time by our own clock. */
  #waitMs(lease: Lease | undefined): number {
    const holder = lease?.spec?.holderIdentity ?? ''
    if (!lease || holder === '' || holder === this.#parts.identity) return 0
    const renewal = `${holder} ${lease.spec?.renewTime}`
    if (this.#seen?.renewal !== renewal) this.#seen = { renewal, atMs: this.#parts.clock.monotonic() }
    const durationMs = (lease.spec?.leaseDurationSeconds ?? DURATION_S) * 1_000
    return this.#seen.atMs + durationMs - this.#parts.clock.monotonic()
  }

  /** With the version that was seen: of two that try, one is told that it was too late. */
  async #take(lease: Lease | undefined): Promise<boolean> {
    const { client, namespace } = this.#parts
    try {
      if (lease) {
        const { resourceVersion } = lease.metadata
        const patch = { metadata: { resourceVersion, ...annotated(null) }, spec: this.#spec(lease) }
        await client.patch(LEASES, CONTROLLER_NAME, namespace, patch, { type: 'merge' })
      } else await client.create<KubeObject>(LEASES, this.#newLease())
      this.#renewedMs = this.#parts.clock.monotonic()
      return true
    } catch (error) {
      if (error instanceof KubeError && (error.status === 409 || error.status === 404)) return false
      throw error
    }
  }

  #newLease(): KubeObject {
    const object = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: CONTROLLER_NAME,
        namespace: this.#parts.namespace,
        labels: { [PART_OF_LABEL]: PART_OF, [MANAGED_BY_LABEL]: 'seaworthy' },
        // Two that create it at the same moment must not both be told that it is theirs.
        annotations: { 'seaworthy.dev/created-by': this.#parts.identity },
      },
      spec: this.#spec(undefined),
    }
    return object
  }

  #spec(former: Lease | undefined) {
    const now = microTime(this.#parts.clock.now())
    const transitions = former?.spec?.leaseTransitions ?? 0
    const same = former?.spec?.holderIdentity === this.#parts.identity
    return {
      holderIdentity: this.#parts.identity,
      leaseDurationSeconds: DURATION_S,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: same || !former ? transitions : transitions + 1,
    }
  }

  /** Tells the leader that somebody is ready to follow. */
  async #showUp(lease: Lease | undefined): Promise<void> {
    const { client, namespace, identity, onTrouble } = this.#parts
    if (!lease || lease.metadata.annotations?.[CANDIDATE_ANNOTATION] === identity) return
    await client
      .patch(LEASES, CONTROLLER_NAME, namespace, { metadata: annotated(identity) }, { type: 'merge' })
      .catch((error) => onTrouble(`the Lease could not be annotated: ${messageOf(error)}`))
  }

  async #renew(): Promise<void> {
    const { client, clock, namespace, identity } = this.#parts
    const startedMs = clock.monotonic()
    try {
      const { spec } = this.#informer?.get(CONTROLLER_NAME, namespace) ?? {}
      if (spec && spec.holderIdentity !== identity)
        throw new SeaworthyError('ENGINE', `${spec.holderIdentity ?? 'nobody'} leads now`)
      const patch = { spec: { holderIdentity: identity, renewTime: microTime(clock.now()) } }
      await client.patch(LEASES, CONTROLLER_NAME, namespace, patch, { type: 'merge', timeoutMs: GIVE_UP_MS })
      this.#renewedMs = startedMs
    } catch (error) {
      if (!(error instanceof KubeError) || clock.monotonic() - this.#renewedMs >= GIVE_UP_MS) throw error
      this.#parts.onTrouble(`the Lease could not be renewed: ${messageOf(error)}`)
    }
  }

  #wakeAll(): void {
    for (const wake of this.#changed) wake()
  }

  /** Until the Lease changes or the pause is over. */
  async #next(pause: Promise<void>, signal?: AbortSignal): Promise<void> {
    let wake: () => void = () => undefined
    const changed = new Promise<void>((resolve) => {
      wake = resolve
    })
    this.#changed.add(wake)
    try {
      await Promise.race([pause, changed])
    } finally {
      this.#changed.delete(wake)
      pause.catch(() => undefined)
    }
    signal?.throwIfAborted()
  }
}

function annotated(candidate: string | null) {
  return { annotations: { [CANDIDATE_ANNOTATION]: candidate } }
}
