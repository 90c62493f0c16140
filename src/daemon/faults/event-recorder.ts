import { sha256 } from '../../kit/canonical-json.ts'
import type { Clock } from '../../kit/clock.ts'
import { messageOf } from '../../kit/errors.ts'
import type { KubeClient, KubeObject } from '../../kube/kube-client.ts'
import { EVENTS } from '../../kube/resources.ts'
import { FAULT_GROUP, FAULT_VERSION } from '../../model/cluster/fault-object.ts'
import type { FaultIdentity } from '../journal/journal-entry.ts'
import { clipped } from './refusal.ts'

const GATHER_MS = 300
const REPEAT_MS = 5_000
const NAMED_TARGETS = 5
const NORMAL = new Set(['Injected', 'Recovered'])

interface Told {
  readonly name: string
  readonly fault: FaultIdentity
  readonly reason: string
  readonly firstAt: string
  readonly targets: Set<string>
  message: string
  count: number
  isCreated: boolean
  isScheduled: boolean
}

/** Kubernetes Events on a fault: one for each thing that happens to it, however many targets it happens on, with their count. */
export class EventRecorder {
  readonly #client: KubeClient
  readonly #clock: Clock
  readonly #node: string
  readonly #onTrouble: (detail: string) => void
  readonly #told = new Map<string, Told>()

  constructor(client: KubeClient, clock: Clock, node: string, onTrouble: (detail: string) => void) {
    this.#client = client
    this.#clock = clock
    this.#node = node
    this.#onTrouble = onTrouble
  }

  tell(fault: FaultIdentity, target: string, reason: string, message: string): void {
    const told = this.#of(fault, reason)
    told.count += 1
    told.targets.add(target)
    told.message = message
    if (told.isScheduled) return
    told.isScheduled = true
    this.#clock.sleep(told.isCreated ? REPEAT_MS : GATHER_MS).then(() => this.#send(told))
  }

  forget(fault: FaultIdentity): void {
    for (const [key, told] of this.#told) if (told.fault.uid === fault.uid && !told.isScheduled) this.#told.delete(key)
  }

  #of(fault: FaultIdentity, reason: string): Told {
    const key = `${fault.uid}/${reason}`
    const known = this.#told.get(key)
    if (known) return known
    const name = `${fault.name.slice(0, 200)}.${sha256(`${key}/${this.#node}/${this.#clock.now()}`).slice(0, 12)}`
    const firstAt = this.#now()
    const told = {
      name,
      fault,
      reason,
      firstAt,
      targets: new Set<string>(),
      message: '',
      count: 0,
      isCreated: false,
      isScheduled: false,
    }
    this.#told.set(key, told)
    return told
  }

  async #send(told: Told): Promise<void> {
    told.isScheduled = false
    const { fault } = told
    const namespace = fault.namespace ?? 'default'
    const changing = { message: spoken(told), count: told.count, lastTimestamp: this.#now() }
    try {
      if (told.isCreated) {
        await this.#client.patch(EVENTS, told.name, namespace, changing, { type: 'merge' })
        return
      }
      told.isCreated = true
      await this.#client.create<KubeObject>(EVENTS, { ...this.#event(told, namespace), ...changing } as KubeObject)
    } catch (error) {
      // The namespace may be going, and the fault with it: nobody is left to read it.
      if (![403, 404, 409].includes(Number((error as { readonly status?: unknown }).status)))
        this.#onTrouble(`an event of ${fault.name}: ${messageOf(error)}`)
    }
  }

  #event({ name, fault, reason, firstAt }: Told, namespace: string) {
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        apiVersion: `${FAULT_GROUP}/${FAULT_VERSION}`,
        kind: fault.kind,
        name: fault.name,
        uid: fault.uid,
        ...(fault.namespace === undefined ? {} : { namespace: fault.namespace }),
      },
      reason,
      type: NORMAL.has(reason) ? 'Normal' : 'Warning',
      source: { component: 'seaworthy-daemon', host: this.#node },
      reportingComponent: 'seaworthy-daemon',
      reportingInstance: this.#node,
      firstTimestamp: firstAt,
    }
  }

  /** Events know whole seconds. */
  #now(): string {
    return `${new Date(this.#clock.now()).toISOString().slice(0, 19)}Z`
  }
}

function spoken({ targets, message }: Told): string {
  const named = [...targets].slice(0, NAMED_TARGETS).join(', ')
  const more = targets.size > NAMED_TARGETS ? ` and ${targets.size - NAMED_TARGETS} others` : ''
  return clipped(message === '' ? `${named}${more}` : `${named}${more}: ${message}`)
}
