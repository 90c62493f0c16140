import { addressPeers } from '../../model/cluster/address-peers.ts'
import type { FaultObject, Peers } from '../../model/cluster/fault-object.ts'
import type { PodOnNode } from '../../model/cluster/mechanism.ts'
import type { ClusterFacts } from '../../model/cluster/recipe.ts'
import type { NodeObject, PodObject } from '../objects.ts'
import type { Request } from './safety.ts'

/** What a fault type is told of its target, found in the daemon's own view. */
export function factsOf({ object, target }: Request, pod: PodObject | undefined): ClusterFacts {
  const { seed, durationMs } = object.spec
  return { target, ports: declaredPorts(pod), peers: peersOf(object), seed, durationMs, replicas: undefined }
}

/** TCP ports that the pod's containers declare. */
function declaredPorts(pod: PodObject | undefined): readonly number[] {
  const ports = (pod?.spec?.containers ?? []).flatMap((container) => container.ports ?? [])
  return [...new Set(ports.filter(({ protocol }) => (protocol ?? 'TCP') === 'TCP').map((port) => port.containerPort))]
}

/**
 * Addresses of the other side: one that was written down needs nobody to find it; those of a workload or a name are found by
 * the controller. Undefined where all traffic is meant, or they are not found yet.
 */
export function peersOf({ spec: { parameters, peers } }: FaultObject): Peers | undefined {
  const { address } = (parameters.to ?? {}) as { readonly address?: unknown }
  return typeof address === 'string' ? addressPeers(address) : peers
}

/** Whether the other side was named and its addresses are still to be found. */
export function awaitsPeers({ object }: Request): boolean {
  return object.spec.parameters.to !== undefined && peersOf(object) === undefined
}

export function withPeers(request: Request, peers: Peers): Request {
  const { object } = request
  return { ...request, object: { ...object, spec: { ...object.spec, peers } } }
}

/** Every address and range of the other side. */
export function peerList(peers: Peers | undefined): readonly string[] {
  return peers ? [...peers.v4, ...peers.v6] : []
}

/** A node in the shape in which mechanisms know their targets: its own processes, on its own network. */
export function nodeAsPod(node: NodeObject, sandbox: PodOnNode['sandbox']): PodOnNode {
  const addresses = node.status?.addresses ?? []
  return {
    namespace: '',
    name: node.metadata.name,
    uid: node.metadata.uid ?? '',
    ips: addresses.flatMap(({ type, address }) => (type.endsWith('IP') ? [address] : [])),
    hostNetwork: true,
    containers: [],
    sandbox,
    netns: undefined,
  }
}
