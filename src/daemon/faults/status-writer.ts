import { canonicalJson } from '../../kit/canonical-json.ts'
import type { Clock } from '../../kit/clock.ts'
import { messageOf } from '../../kit/errors.ts'
import type { KubeClient } from '../../kube/kube-client.ts'
import { FAULTS, NODE_FAULTS } from '../../kube/resources.ts'
import { FAULT_GROUP, FAULT_VERSION } from '../../model/cluster/fault-object.ts'
import type { FaultCase } from './fault-case.ts'
import type { Urgency } from './run-listener.ts'

/** What else happens within these is told in the same write. */
const GATHER_MS = 30
const SOON_MS = 150
const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 5_000

interface Pending {
  timer: AbortController | undefined
  dueMs: number
  writing: boolean
  again: boolean
  failures: number
  /** What the server was told last. */
  told: string
}

/** Writes what this daemon knows of a fault into its status: one write at a time for each, and none that says nothing new. */
export class StatusWriter {
  readonly #client: KubeClient
  readonly #manager: string
  readonly #clock: Clock
  readonly #onTrouble: (detail: string) => void
  readonly #pending = new Map<FaultCase, Pending>()

  constructor(client: KubeClient, manager: string, clock: Clock, onTrouble: (detail: string) => void) {
    this.#client = client
    this.#manager = manager
    this.#clock = clock
    this.#onTrouble = onTrouble
  }

  /** At once when somebody waits and no target is under way; else a little later, with what they will say. */
  mark(faultCase: FaultCase, urgency: Urgency): void {
    this.#schedule(faultCase, urgency === 'soon' ? SOON_MS : faultCase.settled ? 0 : GATHER_MS)
  }

  forget(faultCase: FaultCase): void {
    this.#pending.get(faultCase)?.timer?.abort()
    this.#pending.delete(faultCase)
  }

  /** Writes all that is still to be told. Resolves when it was, or could not be. */
  async flush(): Promise<void> {
    await Promise.all([...this.#pending.keys()].map((faultCase) => this.#write(faultCase)))
  }

  #schedule(faultCase: FaultCase, ms: number): void {
    const pending = this.#of(faultCase)
    const dueMs = this.#clock.monotonic() + ms
    if (pending.timer && pending.dueMs <= dueMs) return
    pending.timer?.abort()
    pending.timer = new AbortController()
    pending.dueMs = dueMs
    this.#clock.sleep(ms, pending.timer.signal).then(
      () => this.#write(faultCase),
      () => undefined,
    )
  }

  #of(faultCase: FaultCase): Pending {
    const known = this.#pending.get(faultCase)
    if (known) return known
    const pending = { timer: undefined, dueMs: 0, writing: false, again: false, failures: 0, told: '' }
    this.#pending.set(faultCase, pending)
    return pending
  }

  async #write(faultCase: FaultCase): Promise<void> {
    const pending = this.#of(faultCase)
    pending.timer?.abort()
    pending.timer = undefined
    if (pending.writing) {
      pending.again = true
      return
    }
    pending.writing = true
    try {
      await this.#apply(faultCase, pending)
      pending.failures = 0
    } catch (error) {
      this.#failed(faultCase, pending, error)
    } finally {
      pending.writing = false
      if (pending.again) {
        pending.again = false
        this.#schedule(faultCase, 0)
      }
    }
  }

  async #apply(faultCase: FaultCase, pending: Pending): Promise<void> {
    const { object } = faultCase
    const status = object && faultCase.status()
    const text = canonicalJson(status)
    if (!object || !status || text === pending.told) return
    const { name, namespace, uid } = object.metadata
    const body = {
      apiVersion: `${FAULT_GROUP}/${FAULT_VERSION}`,
      kind: object.kind,
      // With the UID nothing is written into another object of the same name.
      metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) },
      status,
    }
    await this.#client.apply(object.kind === 'NodeFault' ? NODE_FAULTS : FAULTS, body, {
      manager: this.#manager,
      force: true,
      subresource: 'status',
    })
    pending.told = text
  }

  /** An object that is gone needs no status; everything else is told as soon as it can be. */
  #failed(faultCase: FaultCase, pending: Pending, error: unknown): void {
    const status = (error as { readonly status?: unknown }).status
    if (status === 404 || status === 409) return
    pending.failures += 1
    if (pending.failures === 1) this.#onTrouble(`the status of ${faultCase.identity.name}: ${messageOf(error)}`)
    this.#schedule(faultCase, Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (pending.failures - 1)))
  }
}
