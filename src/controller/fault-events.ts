import { sha256 } from '../kit/canonical-json.ts'
import type { Clock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import type { KubeClient, KubeObject } from '../kube/kube-client.ts'
import { KubeError } from '../kube/kube-error.ts'
import { EVENTS } from '../kube/resources.ts'
import { FAULT_GROUP, FAULT_VERSION, type FaultObject } from '../model/cluster/fault-object.ts'
import { CONTROLLER_NAME } from '../model/cluster/system.ts'

export interface FaultEvents {
  /** Told once for each fault, reason and message; never waits and never throws. */
  readonly tell: (fault: FaultObject, type: 'Normal' | 'Warning', reason: string, message: string) => void
}

const LONGEST = 1_000
const REMEMBERED = 5_000

export interface EventsSetting {
  readonly client: KubeClient
  readonly clock: Clock
  /** Name of this pod. */
  readonly instance: string
  readonly onTrouble: (detail: string) => void
}

/** Kubernetes Events on Fault objects. Those of a NodeFault lie in `default`, as all of cluster-scoped objects do. */
export function createFaultEvents({ client, clock, instance, onTrouble }: EventsSetting): FaultEvents {
  const told = new Set<string>()
  return {
    tell: (fault, type, reason, message) => {
      const key = sha256(`${fault.metadata.uid} ${reason} ${message}`).slice(0, 16)
      if (told.has(key)) return
      if (told.size > REMEMBERED) told.clear()
      told.add(key)
      const event = eventOf(fault, { type, reason, message, key, instance, at: clock.now() })
      client.create<KubeObject>(EVENTS, event).catch((error) => {
        // The namespace may be going, and the fault with it: nobody is left to read it.
        const gone = error instanceof KubeError && [403, 404, 409].includes(error.status)
        if (!gone) onTrouble(`an event of ${fault.metadata.name}: ${messageOf(error)}`)
      })
    },
  }
}

interface Told {
  readonly type: string
  readonly reason: string
  readonly message: string
  readonly key: string
  readonly instance: string
  readonly at: number
}

function eventOf(fault: FaultObject, { type, reason, message, key, instance, at }: Told): KubeObject {
  const { name, namespace, uid } = fault.metadata
  // Events know whole seconds.
  const time = `${new Date(at).toISOString().slice(0, 19)}Z`
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name.slice(0, 200)}.${key}`, namespace: namespace ?? 'default' },
    involvedObject: {
      apiVersion: `${FAULT_GROUP}/${FAULT_VERSION}`,
      kind: fault.kind,
      name,
      ...(uid === undefined ? {} : { uid }),
      ...(namespace === undefined ? {} : { namespace }),
    },
    type,
    reason,
    message: message.length > LONGEST ? `${message.slice(0, LONGEST - 1)}…` : message,
    source: { component: CONTROLLER_NAME },
    reportingComponent: `${FAULT_GROUP}/controller`,
    reportingInstance: instance,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  }
  return event
}
