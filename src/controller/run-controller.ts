import type { Clock } from '../kit/clock.ts'
import { isSeaworthyError, messageOf, SeaworthyError } from '../kit/errors.ts'
import { watchQuiet } from '../kit/quiet.ts'
import { serveHealth } from '../kit/serve-health.ts'
import { boundClient } from '../kube/bound-client.ts'
import type { Informer, KubeClient, KubeObject } from '../kube/kube-client.ts'
import type { Lease } from '../kube/lease.ts'
import { FAULTS, LEASES, NAMESPACES, NODE_FAULTS, PODS } from '../kube/resources.ts'
import { type FaultObject, LEASE_NAME } from '../model/cluster/fault-object.ts'
import { Backstop } from './backstop.ts'
import { ChangeStack } from './change-stack.ts'
import { ControllerMetrics } from './controller-metrics.ts'
import { FaultDesk } from './fault-desk.ts'
import { createFaultEvents } from './fault-events.ts'
import { createKinds } from './kinds.ts'
import { Leadership } from './leadership.ts'
import { LeaseWatchdog } from './lease-watchdog.ts'
import type { Pod } from './objects.ts'
import { PeerKeeper } from './peer-keeper.ts'
import type { ClusterFaultType, Setting } from './setting.ts'
import { createUndoRecords } from './undo-records.ts'

export interface ControllerOptions {
  readonly client: KubeClient
  readonly clock: Clock
  readonly namespace: string
  /** Name of this pod. */
  readonly identity: string
  readonly faultTypes: readonly ClusterFaultType[]
  readonly port: number
  readonly host?: string | undefined
  readonly lookup: (name: string) => Promise<readonly string[]>
  readonly residentBytes: () => number
  /** Protected beside the fixed namespaces. */
  readonly systemNamespaces?: readonly string[]
  readonly onTrouble: (detail: string) => void
  readonly onLine?: (line: string) => void
  /** Told when no fault has changed for some seconds: a good moment to tidy up. */
  readonly onQuiet?: () => void
}

type StoredFault = FaultObject & KubeObject

const LEASES_EVERY_MS = 500
const NODES_EVERY_MS = 2_000
const BACKSTOP_EVERY_MS = 5_000
const PEERS_EVERY_MS = 2_000
const QUIET_MS = 5_000

/** A right that is still missing is asked for again after this, and twice as long, up to the other. */
const FIRST_AGAIN_MS = 250
const LONGEST_AGAIN_MS = 2_000

/**
 * Leads, and works on faults, until the signal. Resolves when another one may lead. When the leadership is lost, or the API
 * refuses what it needs, it begins anew with empty hands, in the same process: one that ends is started again only after a
 * back-off that grows, and faults wait to be ended. Throws what is neither of the two.
 */
export async function runController(options: ControllerOptions, signal: AbortSignal): Promise<void> {
  const { clock, port, host, onTrouble } = options
  const metrics = new ControllerMetrics()
  let term = new Term(options, metrics)
  const serving = await serveHealth(port, host, {
    metrics: () => term.metricsText(),
    unhealthy: () => '',
    unready: () => (term.isSynced ? '' : 'the caches are not filled yet'),
  })
  try {
    for (let pauseMs = FIRST_AGAIN_MS; !signal.aborted; pauseMs = Math.min(LONGEST_AGAIN_MS, pauseMs * 2)) {
      try {
        return await term.run(signal)
      } catch (error) {
        if (signal.aborted || !isSeaworthyError(error)) throw error
        onTrouble(`begins anew: ${messageOf(error)}`)
      }
      if (term.isSynced) pauseMs = FIRST_AGAIN_MS
      await clock.sleep(pauseMs, signal).catch(() => undefined)
      term = new Term(options, metrics)
    }
  } finally {
    await serving.close()
  }
}

/** From empty caches to the end of the leadership, after which nothing that it began goes on. */
class Term {
  readonly #options: ControllerOptions
  readonly #metrics: ControllerMetrics
  readonly #over = new AbortController()
  readonly #faults: Informer<StoredFault>
  readonly #nodeFaults: Informer<StoredFault>
  readonly #namespaces: Informer<KubeObject>
  readonly #leases: Informer<Lease>
  readonly #desk: FaultDesk
  readonly #setting: Setting
  #leads = false
  #isSynced = false

  constructor(options: ControllerOptions, metrics: ControllerMetrics) {
    const client = boundClient(options.client, this.#over.signal)
    this.#options = { ...options, client }
    this.#metrics = metrics
    const { clock, namespace, identity, faultTypes, systemNamespaces = [] } = options
    this.#faults = client.informer<StoredFault>(FAULTS)
    this.#nodeFaults = client.informer<StoredFault>(NODE_FAULTS)
    this.#namespaces = client.informer<KubeObject>(NAMESPACES)
    this.#leases = client.informer<Lease>(LEASES, { fields: `metadata.name=${LEASE_NAME}` })
    const onTrouble = (detail: string) => this.#trouble(detail)
    const types = new Map(faultTypes.map((type) => [type.type, type]))
    this.#setting = {
      client,
      clock,
      kinds: createKinds(client),
      records: createUndoRecords(client, namespace),
      stack: new ChangeStack(client),
      events: createFaultEvents({ client, clock, instance: identity, onTrouble }),
      typeOf: (name) => types.get(name),
      namespace: (name) => this.#namespaces.get(name),
      systemNamespaces: [namespace, ...systemNamespaces],
      onTrouble,
      onPhase: (...phase) => this.#metrics.onPhase(...phase),
    }
    this.#desk = new FaultDesk(this.#setting)
  }

  get isSynced(): boolean {
    return this.#isSynced
  }

  async run(signal: AbortSignal): Promise<void> {
    const { client, clock, namespace, identity, onLine } = this.#options
    const stop = new AbortController()
    try {
      await this.#fillCaches(AbortSignal.any([stop.signal, signal]))
      const onTrouble = (detail: string) => this.#trouble(detail)
      const leadership = new Leadership({ client, clock, namespace, identity, onTrouble })
      // A standby is ready: it takes over as soon as it may.
      await leadership.acquire(signal)
      onLine?.(`${identity} leads`)
      await this.#lead(leadership, signal, stop.signal)
    } catch (error) {
      // Another one may lead by now: what is under way must not be written any more.
      this.#over.abort(new SeaworthyError('ENGINE', 'this controller leads no more'))
      throw error
    } finally {
      stop.abort()
      await this.#desk.close()
      this.#over.abort(new SeaworthyError('ENGINE', 'this controller has stopped'))
    }
  }

  async #fillCaches(signal: AbortSignal): Promise<void> {
    await Promise.all(
      [this.#faults, this.#nodeFaults, this.#namespaces, this.#leases].map((informer) => informer.start(signal)),
    )
    this.#isSynced = true
  }

  async #lead(leadership: Leadership, signal: AbortSignal, stopped: AbortSignal): Promise<void> {
    const done = new AbortController()
    const until = AbortSignal.any([done.signal, stopped])
    const kept = leadership.keep(signal)
    this.#leads = true
    // Who has lost the leadership meanwhile does not wait for what is left to adopt.
    await Promise.race([this.#desk.adopt(this.#all()), kept])
    const peers = this.#peerKeeper()
    const quiet = watchQuiet(QUIET_MS, () => this.#options.onQuiet?.())
    quiet.disturb()
    for (const informer of [this.#faults, this.#nodeFaults]) {
      informer.on((change, fault) => {
        if (!this.#leads) return
        quiet.disturb()
        this.#desk.onChange(change, fault)
        if (change !== 'removed' && fault.spec.peers === undefined) peers.fill(fault)
      })
    }
    this.#namespaces.on((_, { metadata }) => {
      if (this.#leads) this.#desk.namespaceChanged(metadata.name)
    })
    const leases = this.#leaseWatchdog()
    const backstop = this.#backstop()
    this.#every(LEASES_EVERY_MS, until, () => leases.check())
    this.#every(NODES_EVERY_MS, until, () => this.#desk.checkNodes())
    this.#every(BACKSTOP_EVERY_MS, until, () => backstop.check())
    this.#every(PEERS_EVERY_MS, until, () => peers.check())
    try {
      await kept
      await leadership.release()
    } finally {
      this.#leads = false
      done.abort()
    }
  }

  #every(ms: number, signal: AbortSignal, work: () => Promise<void>): void {
    const { clock } = this.#options
    const loop = async () => {
      while (!signal.aborted) {
        await work().catch((error) => this.#trouble(messageOf(error)))
        await clock.sleep(ms, signal).catch(() => undefined)
      }
    }
    loop()
  }

  #all(): readonly StoredFault[] {
    return [...this.#faults.items(), ...this.#nodeFaults.items()]
  }

  #peerKeeper(): PeerKeeper {
    const { client, lookup } = this.#options
    const { kinds, events, onTrouble } = this.#setting
    return new PeerKeeper({ client, kinds, lookup, faults: { all: () => this.#all() }, events, onTrouble })
  }

  #leaseWatchdog(): LeaseWatchdog {
    const { client, clock, events, onTrouble } = this.#setting
    const lease = (namespace: string, name: string) => this.#leases.get(name, namespace)
    return new LeaseWatchdog({ client, clock, faults: { all: () => this.#all() }, events, lease, onTrouble })
  }

  #backstop(): Backstop {
    const { client, clock, events, onTrouble } = this.#setting
    return new Backstop({
      client,
      clock,
      events,
      onTrouble,
      faults: { all: () => this.#all() },
      isRunAlive: ({ spec, metadata }) =>
        spec.run !== undefined &&
        this.#leases.get(spec.lease ?? LEASE_NAME, metadata.namespace)?.spec?.holderIdentity === spec.run,
      placeOf: async ({ metadata, spec, kind }, target) => {
        if (kind === 'NodeFault' || !spec.targets.some((one) => one.name === target && one.kind === 'Pod')) return
        const pod = await client.get<Pod>(PODS, target, metadata.namespace)
        if (!pod) return `which is not there in namespace ${metadata.namespace}`
        return pod.spec?.nodeName === undefined ? 'which runs on no node' : `on node ${pod.spec.nodeName}`
      },
    })
  }

  #trouble(detail: string): void {
    if (this.#over.signal.aborted) return
    this.#metrics.onTrouble()
    this.#options.onTrouble(detail)
  }

  metricsText(): string {
    return this.#metrics.text({
      leads: this.#leads,
      on: this.#desk.on,
      requests: this.#options.client.requests(),
      residentBytes: this.#options.residentBytes(),
    })
  }
}
