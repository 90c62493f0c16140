import type { Clock } from '../../kit/clock.ts'
import type { Informer, KubeClient, KubeObject } from '../../kube/kube-client.ts'
import { FAULTS, NODE_FAULTS } from '../../kube/resources.ts'
import { type FaultObject, type FaultStatus, RUN_LABEL } from '../../model/cluster/fault-object.ts'
import type { PlannedFault } from '../../model/plan.ts'
import type { Ledger } from '../../model/ports.ts'
import { orderOf } from './fault-object.ts'

export interface StoreParts {
  readonly client: KubeClient
  readonly run: string
  readonly namespace: string
  readonly ledger: Ledger
  readonly clock: Clock
}

type Stored = FaultObject & KubeObject

/** The run's Fault objects: made, changed and removed through the API, and followed by one watch a kind. */
export class FaultStore {
  readonly #parts: StoreParts
  readonly #stop = new AbortController()
  readonly #listeners = new Set<() => void>()
  /** What was last known of each object: one that is gone has told all that it will ever tell. */
  readonly #known = new Map<string, FaultStatus>()
  #faults: Informer<Stored> | undefined
  #nodeFaults: Informer<Stored> | undefined

  constructor(parts: StoreParts) {
    this.#parts = parts
  }

  /** Throws KubeError when faults cannot be seen here. */
  async start(): Promise<void> {
    this.#faults ??= await this.#follow(this.#parts.namespace)
  }

  stop(): void {
    this.#stop.abort()
  }

  status(name: string): FaultStatus | undefined {
    return this.#known.get(name)
  }

  object(fault: PlannedFault, name: string): FaultObject | undefined {
    return isOnNode(fault) ? this.#nodeFaults?.get(name) : this.#faults?.get(name, this.#parts.namespace)
  }

  /** The ledger first; a name that is there already with our labels is ours. */
  async create(fault: PlannedFault, object: FaultObject): Promise<void> {
    const { apiVersion, kind, metadata } = object
    const { name, namespace } = metadata
    await this.#parts.ledger.write({
      entry: 'object',
      at: this.#parts.clock.now(),
      id: name,
      apiVersion,
      kind,
      namespace,
      name,
    })
    // Only runs that break nodes need the right to see what is broken on them.
    if (isOnNode(fault)) this.#nodeFaults ??= await this.#follow(undefined)
    await this.#parts.client.create(resourceOf(fault), object as Stored)
  }

  async patch(fault: PlannedFault, name: string, spec: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#parts.client.patch(resourceOf(fault), name, this.#namespaceOf(fault), { spec }, { type: 'merge' })
  }

  async remove(fault: PlannedFault, name: string): Promise<void> {
    await this.#parts.client.remove(resourceOf(fault), name, this.#namespaceOf(fault))
    await this.#parts.ledger.write({ entry: 'gone', at: this.#parts.clock.now(), id: name })
  }

  /** Resolves when the condition holds or the time is over; looks again at every change of a fault. */
  async until(ms: number, holds: () => boolean): Promise<void> {
    if (holds()) return
    const done = new AbortController()
    const look = () => {
      if (holds()) done.abort()
    }
    this.#listeners.add(look)
    try {
      await this.#parts.clock.sleep(ms, done.signal).catch(() => undefined)
    } finally {
      this.#listeners.delete(look)
    }
  }

  async #follow(namespace: string | undefined): Promise<Informer<Stored>> {
    const { client, run } = this.#parts
    const resource = namespace === undefined ? NODE_FAULTS : FAULTS
    const informer = client.informer<Stored>(resource, { namespace, labels: `${RUN_LABEL}=${run}` })
    informer.on((change, { metadata, status }) => {
      if (change !== 'removed' && status) this.#known.set(metadata.name, status)
      for (const look of [...this.#listeners]) look()
    })
    await informer.start(this.#stop.signal)
    return informer
  }

  #namespaceOf(fault: PlannedFault): string | undefined {
    return isOnNode(fault) ? undefined : this.#parts.namespace
  }
}

function isOnNode(fault: PlannedFault): boolean {
  return orderOf(fault).scope === 'node'
}

function resourceOf(fault: PlannedFault) {
  return isOnNode(fault) ? NODE_FAULTS : FAULTS
}
