import { canonicalJson } from '../kit/canonical-json.ts'
import type { Clock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import type { KubeClient } from '../kube/kube-client.ts'
import { KubeError } from '../kube/kube-error.ts'
import { FAULTS, NODE_FAULTS } from '../kube/resources.ts'
import { FAULT_GROUP, FAULT_VERSION, type FaultObject, type FaultStatus } from '../model/cluster/fault-object.ts'

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 5_000
/** The object is gone, or another one has its name: nobody reads this status any more. */
const GONE = [404, 409]

/**
 * Writes the status of one fault: one write at a time, always the latest, none that says nothing new, again when it was lost.
 */
export class StatusWriter {
  readonly #client: KubeClient
  readonly #clock: Clock
  readonly #manager: string
  readonly #current: () => { readonly fault: FaultObject; readonly status: FaultStatus }
  readonly #onTrouble: (detail: string) => void
  #told = ''
  #writing: Promise<void> | undefined
  #again = false
  #closed = false

  constructor(parts: {
    readonly client: KubeClient
    readonly clock: Clock
    readonly manager: string
    readonly current: () => { readonly fault: FaultObject; readonly status: FaultStatus }
    readonly onTrouble: (detail: string) => void
  }) {
    this.#client = parts.client
    this.#clock = parts.clock
    this.#manager = parts.manager
    this.#current = parts.current
    this.#onTrouble = parts.onTrouble
  }

  /** Resolves when what is known now was written, or the object is gone. */
  write(): Promise<void> {
    this.#again = true
    this.#writing ??= this.#loop().finally(() => {
      this.#writing = undefined
    })
    return this.#writing
  }

  /** Nothing is written again after a failure. */
  close(): void {
    this.#closed = true
  }

  async #loop(): Promise<void> {
    let retryMs = FIRST_RETRY_MS
    while (this.#again) {
      this.#again = false
      try {
        await this.#apply()
        retryMs = FIRST_RETRY_MS
      } catch (error) {
        if (this.#closed || (error instanceof KubeError && GONE.includes(error.status))) return
        this.#onTrouble(`the status of ${this.#current().fault.metadata.name}: ${messageOf(error)}`)
        await this.#clock.sleep(retryMs)
        retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2)
        this.#again = !this.#closed
      }
    }
  }

  async #apply(): Promise<void> {
    const { fault, status } = this.#current()
    const text = canonicalJson(status)
    if (text === this.#told) return
    await applyStatus(this.#client, fault, status, this.#manager)
    this.#told = text
  }
}

/**
 * With the UID nothing is written into another object of the same name; `unchanged` writes only into the very version that
 * was looked at. Throws KubeError, 409 where it is another.
 */
export async function applyStatus(
  client: KubeClient,
  fault: FaultObject,
  status: FaultStatus,
  manager: string,
  { unchanged = false } = {},
): Promise<void> {
  const { name, namespace, uid, resourceVersion } = fault.metadata
  const body = {
    apiVersion: `${FAULT_GROUP}/${FAULT_VERSION}`,
    kind: fault.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(unchanged && resourceVersion !== undefined && { resourceVersion }),
    },
    status,
  }
  await client.apply(fault.kind === 'NodeFault' ? NODE_FAULTS : FAULTS, body, {
    manager,
    force: true,
    subresource: 'status',
  })
}
