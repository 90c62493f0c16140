import { isSameProcess } from '../../kit/process-identity.ts'
import type { FaultTarget } from '../../model/cluster/fault-object.ts'
import type { PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import type { NamedAction } from '../journal/journal-entry.ts'
import type { PodObject } from '../objects.ts'
import type { NodeTools } from '../tools.ts'

/** Actions that end with the container they act on: all but the network's own, which is the pod's as long as it lives. */
export function isContainerBound(actions: readonly NamedAction[], tools: NodeTools): boolean {
  return actions.some(({ action }) => {
    const expires = tools.mechanism(action.do)?.expires
    return expires === 'process' || expires === 'watchdog'
  })
}

const HELPED: ReadonlySet<NodeAction['do']> = new Set([
  'queue',
  'redirect-http',
  'redirect-dns',
  'stress-cpu',
  'stress-memory',
  'stress-switches',
  'open-connections',
])

/** Actions that need a program of the daemon's own, which ended with it. */
export function hasHelpers(actions: readonly NamedAction[]): boolean {
  return actions.some(({ action }) => HELPED.has(action.do))
}

/** Actions that take the node down, and this daemon with it: what becomes of them is for the daemon after the boot to see. */
export function takesNodeDown(actions: readonly NamedAction[]): boolean {
  return actions.some(({ action }) => action.do === 'node-power')
}

export interface ContainerState {
  readonly is: 'same' | 'down' | 'replaced'
  readonly name: string
}

/** Whether the container that is hurt is still the one that was found. */
export function containerState(found: PodOnNode | undefined, pod: PodObject, target: FaultTarget): ContainerState {
  const name = target.container ?? found?.containers[0]?.name ?? ''
  const former = found?.containers.find((container) => container.name === name)
  const status = pod.status?.containerStatuses?.find((container) => container.name === name)
  if (!former || !status) return { is: 'same', name }
  if (bareId(status.containerID) === former.id) return { is: 'same', name }
  return { is: status.state?.running ? 'replaced' : 'down', name }
}

/** `containerd://ID` → `ID`. */
export function bareId(id: string | undefined): string {
  return (id ?? '').replace(/^.*:\/\//, '')
}

/** Whether the container of that name runs in both, and is the same process. */
export function isSameContainer(now: PodOnNode, former: PodOnNode, name: string | undefined): boolean {
  const [is, was] = [now, former].map(({ containers }) => containers.find((container) => container.name === name))
  return isSameProcess(is, was)
}
