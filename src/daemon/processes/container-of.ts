import { SeaworthyError } from '../../kit/errors.ts'
import type { ContainerOnNode, PodOnNode } from '../../model/cluster/mechanism.ts'

/** A fault on the node itself comes with a "pod" without a namespace, which no pod is. */
export function isNode(pod: PodOnNode): boolean {
  return pod.namespace === '' && pod.containers.length === 0
}

/** The container of that name, or the first. */
export function containerOf(pod: PodOnNode, name: string | undefined): ContainerOnNode | undefined {
  return name === undefined ? pod.containers[0] : pod.containers.find((container) => container.name === name)
}

/** Throws SeaworthyError('ENGINE') when the pod has no such container. */
export function requireContainer(pod: PodOnNode, name: string | undefined): ContainerOnNode {
  const container = containerOf(pod, name)
  if (!container) throw new SeaworthyError('ENGINE', noContainer(name), { target: shownPod(pod) })
  return container
}

/** Why nothing can be done in this container; undefined when it is up. */
export function refuseContainer(pod: PodOnNode, name: string | undefined): string | undefined {
  if (isNode(pod)) return 'this acts on a container and not on a node'
  const container = containerOf(pod, name)
  if (!container) return noContainer(name)
  return container.pid === undefined ? `container ${container.name} is not running` : undefined
}

/** Why a node's action cannot be done to this target. */
export function refuseUnlessNode(pod: PodOnNode): string | undefined {
  return isNode(pod) ? undefined : 'this acts on a node and not on a pod'
}

export function shownPod(pod: PodOnNode): string {
  return isNode(pod) ? `Node/${pod.name}` : `${pod.namespace}/Pod/${pod.name}`
}

function noContainer(name: string | undefined): string {
  return name === undefined ? 'the pod has no container' : `the pod has no container ${JSON.stringify(name)}`
}
