import type { Clock } from '../kit/clock.ts'
import type { Informer, KubeClient, KubeObject, Resource, Scope } from '../kube/kube-client.ts'
import { FAULTS, NAMESPACES, NODE_FAULTS, NODES, PODS } from '../kube/resources.ts'
import type { FaultObject } from '../model/cluster/fault-object.ts'
import type { Desk } from './faults/desk.ts'
import type { World } from './faults/world.ts'
import type { NodeObject, PodObject } from './objects.ts'

/** The daemon's caches of the cluster. Faults are followed only when the rest is known, so that none is refused in haste. */
export interface ClusterView extends World {
  /** Resolves when every first list is in its cache. */
  readonly start: (signal: AbortSignal) => Promise<void>
  /** Tells the desk of every change from now on, and of all faults that are there. */
  readonly follow: (desk: Desk, signal: AbortSignal) => Promise<void>
  readonly silentMs: () => Readonly<Record<string, number>>
}

const AGAIN_MS = 250
const LONGEST_AGAIN_MS = 5_000
/** Not there yet, or not permitted yet: an installation writes its parts one after the other. */
const WORTH_WAITING = new Set([401, 403, 404])

export function viewCluster(
  client: KubeClient,
  own: { readonly nodeName: string; readonly namespace: string },
  clock: Clock,
  onTrouble: (detail: string) => void,
): ClusterView {
  const informers = new Map<string, Informer<KubeObject>>()
  const begin = async <T extends KubeObject>(resource: Resource, scope: Scope, signal: AbortSignal, on: Listen<T>) => {
    for (let waitMs = AGAIN_MS; ; waitMs = Math.min(LONGEST_AGAIN_MS, waitMs * 2)) {
      const informer = client.informer<T>(resource, scope)
      informer.on(on)
      informers.set(resource.plural, informer as unknown as Informer<KubeObject>)
      try {
        return await informer.start(signal)
      } catch (error) {
        if (!WORTH_WAITING.has(Number((error as { readonly status?: unknown }).status))) throw error
        onTrouble(`waits for ${resource.plural}: ${String(error)}`)
        await clock.sleep(waitMs, signal)
      }
    }
  }
  let desk: Desk | undefined
  const find = <T extends KubeObject>(plural: string, name: string, namespace?: string) =>
    informers.get(plural)?.get(name, namespace) as T | undefined
  return {
    nodeName: own.nodeName,
    ownNamespace: own.namespace,
    namespace: (name) => find('namespaces', name),
    pod: (namespace, name) => find<PodObject>('pods', name, namespace),
    node: () => find<NodeObject>('nodes', own.nodeName),
    start: async (signal) => {
      await Promise.all([
        begin<PodObject>(PODS, { fields: `spec.nodeName=${own.nodeName}` }, signal, (change, pod) =>
          desk?.podChanged(pod, change === 'removed' || isOver(pod)),
        ),
        begin(NAMESPACES, {}, signal, (_, { metadata }) => desk?.namespaceChanged(metadata.name)),
        begin<NodeObject>(NODES, { fields: `metadata.name=${own.nodeName}` }, signal, () => desk?.nodeChanged()),
      ])
    },
    follow: async (follower, signal) => {
      desk = follower
      const on: Listen<FaultObject & KubeObject> = (change, fault) =>
        change === 'removed' ? follower.removed(fault) : follower.followed(fault)
      await Promise.all([begin(FAULTS, {}, signal, on), begin(NODE_FAULTS, {}, signal, on)])
      follower.synced()
    },
    silentMs: () => Object.fromEntries([...informers].map(([plural, informer]) => [plural, informer.silentMs()])),
  }
}

type Listen<T extends KubeObject> = (change: 'added' | 'changed' | 'removed', object: T) => void

/** A pod that has run to its end has no processes any more, though its object stays. */
function isOver({ status }: PodObject): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed'
}
