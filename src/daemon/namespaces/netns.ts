import { readFileSync, statSync } from 'node:fs'
import { SeaworthyError } from '../../kit/errors.ts'
import { isAlive } from '../../kit/process-identity.ts'
import type { PodOnNode } from '../../model/cluster/mechanism.ts'

const INIT = 1

/** Device and inode of a process's network namespace, `4:4026531840`; undefined when the process is gone. */
export function netnsOf(pid: number): string | undefined {
  try {
    const { dev, ino } = statSync(`/proc/${pid}/ns/net`)
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}

/**
 * Whether the pod's network namespace can still be entered through the process that was found: the same process, in the
 * same namespace. A pid alone may be somebody else's by now.
 */
export function isNetnsThere(pod: PodOnNode): boolean {
  if (pod.sandbox === undefined || pod.netns === undefined) return false
  return isAlive(pod.sandbox) && netnsOf(pod.sandbox.pid) === pod.netns
}

/** Why nothing may be changed in this pod's network namespace; undefined when it may. Touches nothing. */
export function refuseNetns(pod: PodOnNode): string | undefined {
  if (pod.hostNetwork) return "the pod uses its node's own network, where a fault would hurt every pod of the node"
  if (pod.sandbox === undefined || pod.netns === undefined) return 'the pod has no network namespace on this node yet'
  if (pod.netns === netnsOf(INIT)) return "the pod's network namespace is the node's own"
  return undefined
}

/**
 * The words before a command that make it run in the pod's network namespace, with the program of this image and not of the
 * pod's. Throws SeaworthyError('ENGINE') when the pod is gone, or shares the network of its node.
 */
export function enterNetns(pod: PodOnNode): readonly string[] {
  const refusal = refuseNetns(pod)
  if (refusal !== undefined) throw new SeaworthyError('ENGINE', refusal, { target: spoken(pod) })
  if (pod.sandbox === undefined || !isNetnsThere(pod))
    throw new SeaworthyError('ENGINE', 'the network namespace of the pod is gone', { target: spoken(pod) })
  return ['nsenter', '-t', String(pod.sandbox.pid), '-n', '--']
}

/** Whether IPv6 is switched on in the pod's network namespace. */
export function hasV6(pod: PodOnNode): boolean {
  try {
    return pod.sandbox !== undefined && readFileSync(`/proc/${pod.sandbox.pid}/net/if_inet6`, 'utf8') !== ''
  } catch {
    return false
  }
}

function spoken(pod: PodOnNode): string {
  return `${pod.namespace}/${pod.name}`
}
