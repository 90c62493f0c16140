import { systemClock } from '../../kit/clock.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Informer, KubeClient, KubeObject, Resource } from '../../kube/kube-client.ts'
import { KubeError } from '../../kube/kube-error.ts'
import { ENDPOINT_SLICES, FAULTS, PODS, SERVICES } from '../../kube/resources.ts'
import type { FaultObject } from '../../model/cluster/fault-object.ts'
import { type PreviewWorkload, previewOf } from './preview.ts'
import { WORKLOAD_KINDS } from './read-namespace.ts'
import { type EndpointSlice, type Pod, restartsOf, type Service, type Workload } from './shapes.ts'
import { type SlotChange, SlotTable } from './slot-table.ts'

export type StoredFault = FaultObject & KubeObject

/** A namespace as it is now, kept up to date by the server. */
export interface FollowedPreview {
  readonly slots: SlotTable
  readonly workloads: () => readonly PreviewWorkload[]
  readonly objects: () => readonly Workload[]
  readonly pods: () => readonly Pod[]
  readonly services: () => readonly Service[]
  readonly endpointSlices: () => readonly EndpointSlice[]
  /** Undefined while the engine is not installed. */
  readonly faults: () => readonly StoredFault[] | undefined
  /** Starts to follow faults, if their kind has come since. */
  readonly followFaults: () => Promise<void>
  /** Resolves when what is known here is what the server says now. Throws SeaworthyError('PLATFORM') when that takes too long. */
  readonly catchUp: () => Promise<void>
  /** Milliseconds since the server was last heard of, of the stream that was quiet for longest. */
  readonly silentMs: () => number
  /** Resolves at the next change, or after `ms`. */
  readonly nextChange: (ms: number, signal: AbortSignal) => Promise<void>
}

const CATCH_UP_MS = 20_000
const CATCH_UP_STEP_MS = 250

export interface FollowOptions {
  readonly client: KubeClient
  readonly namespace: string
  readonly changed: (changes: readonly SlotChange[]) => void
  readonly signal: AbortSignal
}

/** Resolves when everything was read once. Throws KubeError when we may not. */
export async function followPreview({ client, namespace, changed, signal }: FollowOptions): Promise<FollowedPreview> {
  const follow = <T extends KubeObject>(resource: Resource) => client.informer<T>(resource, { namespace })
  const pods = follow<Pod>(PODS)
  const workloads = WORKLOAD_KINDS.map((kind) => follow<Workload>(kind))
  const services = follow<Service>(SERVICES)
  const endpointSlices = follow<EndpointSlice>(ENDPOINT_SLICES)
  const informers: readonly Informer<never>[] = [pods, ...workloads, services, endpointSlices] as never
  await Promise.all(informers.map((informer) => informer.start(signal)))

  const objects = () => workloads.flatMap((informer) => informer.items())
  const preview = () => previewOf({ workloads: objects(), pods: pods.items() })
  const slots = new SlotTable()
  changed(slots.update(preview()))
  const bell = createBell(() => {
    if (!signal.aborted) changed(slots.update(preview()))
  })
  for (const informer of [pods, ...workloads]) informer.on(bell.ring)

  let faults: Informer<StoredFault> | undefined
  const followFaults = async () => {
    if (faults) return
    const informer = follow<StoredFault>(FAULTS)
    const there = await informer.start(signal).then(() => true, notThere)
    if (there) faults = informer
  }
  await followFaults()
  return {
    slots,
    workloads: preview,
    objects,
    pods: () => pods.items(),
    services: () => services.items(),
    endpointSlices: () => endpointSlices.items(),
    faults: () => faults?.items(),
    followFaults,
    catchUp: () => catchUp({ client, namespace, known: pods.items, nextChange: bell.next, signal }),
    silentMs: () => Math.max(...informers.map((informer) => informer.silentMs())),
    nextChange: bell.next,
  }
}

/** The kind is not installed, or hidden from us. */
function notThere(error: unknown): boolean {
  if (error instanceof KubeError && (error.status === 404 || error.status === 403)) return false
  throw error
}

interface CatchUp {
  readonly client: KubeClient
  readonly namespace: string
  readonly known: () => readonly Pod[]
  readonly nextChange: FollowedPreview['nextChange']
  readonly signal: AbortSignal
}

/** A stream may be late or dead: what is said about who was touched must not come from there alone. */
async function catchUp({ client, namespace, known, nextChange, signal }: CatchUp): Promise<void> {
  const deadline = systemClock.monotonic() + CATCH_UP_MS
  while (systemClock.monotonic() < deadline) {
    const now = await client.list<Pod>(PODS, { namespace }, { signal })
    if (identities(now) === identities(known())) return
    await nextChange(CATCH_UP_STEP_MS, signal)
  }
  throw new SeaworthyError('PLATFORM', `the pods of namespace ${namespace} change faster than the API server tells`, {
    target: namespace,
    remedy: 'Check the API server, and whether something starts pods in a loop.',
  })
}

function identities(pods: readonly Pod[]): string {
  return pods
    .map((pod) => `${pod.metadata.uid} ${restartsOf(pod)} ${pod.metadata.deletionTimestamp ?? ''}`)
    .sort()
    .join('\n')
}

/** Many changes at once are looked at once. */
function createBell(act: () => void) {
  let pending = false
  let next = Promise.withResolvers<void>()
  return {
    ring: () => {
      if (pending) return
      pending = true
      setImmediate(() => {
        pending = false
        act()
        next.resolve()
        next = Promise.withResolvers<void>()
      })
    },
    next: async (ms: number, signal: AbortSignal) => {
      const over = new AbortController()
      const sleep = systemClock.sleep(ms, AbortSignal.any([signal, over.signal]))
      try {
        await Promise.race([next.promise, sleep])
      } finally {
        over.abort()
        sleep.catch(() => undefined)
      }
    },
  }
}
