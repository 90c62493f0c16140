import { canonicalJson } from '../kit/canonical-json.ts'
import { messageOf } from '../kit/errors.ts'
import { KubeError } from '../kube/kube-error.ts'
import { FAULTS } from '../kube/resources.ts'
import type { FaultObject, Peers } from '../model/cluster/fault-object.ts'
import type { FaultEvents } from './fault-events.ts'
import { type FaultsView, mayBeOn } from './faults-view.ts'
import { type OtherSide, otherSideOf, type Resolving, resolvePeers } from './peers.ts'

export interface PeerKeeperParts extends Resolving {
  readonly faults: FaultsView
  readonly events: FaultEvents
  readonly onTrouble: (detail: string) => void
}

/**
 * Writes the addresses of the other side into `spec.peers`, where a fault names one, and again when they have changed.
 * `fill` is for a fault that was just seen, `check` looks once at all of them: targeted lists while such a fault is there cost
 * less than caches of all pods and Services that are nearly always for nothing.
 */
export class PeerKeeper {
  readonly #parts: PeerKeeperParts
  readonly #working = new Set<string>()
  readonly #resolving = new Map<string, Promise<Peers | undefined>>()

  constructor(parts: PeerKeeperParts) {
    this.#parts = parts
  }

  async check(): Promise<void> {
    await Promise.all(this.#parts.faults.all().map((fault) => this.fill(fault)))
  }

  async fill(fault: FaultObject): Promise<void> {
    const other = otherSideOf(fault.spec.parameters)
    const { uid = '', namespace, name } = fault.metadata
    // One that was written down is known to everybody.
    if (!other || 'address' in other || namespace === undefined || fault.spec.end !== undefined || !mayBeOn(fault))
      return
    if (this.#working.has(uid)) return
    this.#working.add(uid)
    try {
      const peers = await this.#resolve(namespace, other)
      if (!peers) {
        const side = Object.values(other).join('')
        if (!fault.spec.peers) this.#parts.events.tell(fault, 'Warning', 'NoPeers', `no address of ${side} is known`)
        return
      }
      if (canonicalJson(peers) === canonicalJson(sorted(fault))) return
      await this.#parts.client.patch(FAULTS, name, namespace, { spec: { peers } }, { type: 'merge' })
    } catch (error) {
      if (!(error instanceof KubeError && error.status === 404))
        this.#parts.onTrouble(`the other side of ${namespace}/${name}: ${messageOf(error)}`)
    } finally {
      this.#working.delete(uid)
    }
  }

  /** Many faults with the same other side ask once. */
  #resolve(namespace: string, other: OtherSide): Promise<Peers | undefined> {
    const key = canonicalJson({ namespace, ...other })
    const known = this.#resolving.get(key)
    if (known) return known
    const resolving = resolvePeers(this.#parts, namespace, other).finally(() => this.#resolving.delete(key))
    this.#resolving.set(key, resolving)
    return resolving
  }
}

/** The order in which somebody else wrote them is no change. */
function sorted({ spec: { peers } }: FaultObject) {
  return peers && { v4: peers.v4.toSorted(), v6: peers.v6.toSorted() }
}
