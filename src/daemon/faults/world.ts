import type { KubeObject } from '../../kube/kube-client.ts'
import type { NodeObject, PodObject } from '../objects.ts'

/** The cluster as this daemon sees it now: its own caches, not what a fault or a command line says. */
export interface World {
  readonly nodeName: string
  readonly ownNamespace: string
  readonly namespace: (name: string) => KubeObject | undefined
  /** A pod of this node. */
  readonly pod: (namespace: string, name: string) => PodObject | undefined
  readonly node: () => NodeObject | undefined
}

/** InternalIP and the like of this node, from which kubelet's probes come. */
export function nodeAddresses(world: World): readonly string[] {
  return (world.node()?.status?.addresses ?? []).flatMap(({ type, address }) => (type.endsWith('IP') ? [address] : []))
}
