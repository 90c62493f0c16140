import {
  ALLOW_LABEL,
  ALLOW_OPEN_LABEL,
  type FaultObject,
  type FaultTarget,
  PROTECTED_NAMESPACES,
} from './fault-object.ts'
import type { ClusterFault } from './recipe.ts'

/** What a fault type says about itself, as far as permission goes. */
export type FaultHalf = Pick<ClusterFault<never>, 'scope' | 'open' | 'targets'>

/** Any object, as the actor that asks sees it in the cluster itself, never as a tenant describes it. */
export interface Seen {
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly deletionTimestamp?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
}

/** `reason` is for conditions and events (CamelCase), `message` says what to do about it. */
export interface Refusal {
  readonly reason:
    | 'WrongKind'
    | 'Protected'
    | 'NotAllowed'
    | 'NamespaceGone'
    | 'WrongTarget'
    | 'TargetGone'
    | 'OwnParts'
    | 'MirrorPod'
  readonly message: string
}

/** Our own pods are never hurt, wherever they run: they are what ends faults and what measures them. */
export const PART_OF_LABEL = 'app.kubernetes.io/part-of'
export const PART_OF = 'seaworthy'
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'

const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']
const NODE_HINT = 'kubectl label node'

/**
 * Why this fault must not be done at all; undefined when it may. Asked by whoever is about to hurt something, at every
 * injection, with the namespace of the fault (undefined for a NodeFault, or when it is gone) as that actor sees it now.
 * `systemNamespaces` are protected beside the fixed ones: where the actors and the monitoring run. Pure.
 */
export function refusalOfFault(
  fault: FaultObject,
  half: FaultHalf,
  namespace: Seen | undefined,
  systemNamespaces: readonly string[] = [],
): Refusal | undefined {
  const isNodeFault = fault.kind === 'NodeFault'
  if (isNodeFault !== (half.scope === 'node')) {
    return {
      reason: 'WrongKind',
      message: `${fault.spec.type} needs a ${half.scope === 'node' ? 'NodeFault' : 'Fault'}, and this is a ${fault.kind}`,
    }
  }
  if (isNodeFault) return undefined
  const name = fault.metadata.namespace ?? ''
  if (PROTECTED_NAMESPACES.includes(name) || systemNamespaces.includes(name))
    return { reason: 'Protected', message: `namespace ${name} is protected: nothing in it is ever hurt` }
  if (!namespace || namespace.metadata.name !== name)
    return { reason: 'NamespaceGone', message: `namespace ${name} is not there` }
  return missingLabel(`namespace ${name}`, `kubectl label namespace ${name}`, namespace, half)
}

/**
 * Why this target must not be hurt; undefined when it may. `found` is the object of the target's kind and name in the
 * fault's own namespace (or the cluster, for nodes) as the actor sees it now; undefined when it is not there. Pure.
 */
export function refusalOfTarget(
  fault: FaultObject,
  half: FaultHalf,
  target: FaultTarget,
  found: Seen | undefined,
): Refusal | undefined {
  const wrong = wrongKind(fault, half, target)
  if (wrong) return { reason: 'WrongTarget', message: wrong }
  const spoken = `${target.kind}/${target.name}`
  if (!found || found.metadata.deletionTimestamp !== undefined)
    return { reason: 'TargetGone', message: `${spoken} is ${found ? 'being deleted' : 'not there'}` }
  if (found.metadata.uid !== target.uid)
    return {
      reason: 'TargetGone',
      message: `${spoken} is another one now: its UID is ${found.metadata.uid ?? 'unknown'}, and ${target.uid} was asked for`,
    }
  if (found.metadata.namespace !== undefined && found.metadata.namespace !== fault.metadata.namespace)
    return { reason: 'WrongTarget', message: `${spoken} lies in another namespace` }
  if (found.metadata.labels?.[PART_OF_LABEL] === PART_OF)
    return { reason: 'OwnParts', message: `${spoken} is a part of Seaworthy itself` }
  if (found.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined)
    return { reason: 'MirrorPod', message: `${spoken} is the mirror of a static pod, which only its node can hurt` }
  return half.targets === 'node'
    ? missingLabel(`node ${target.name}`, `${NODE_HINT} ${target.name}`, found, half)
    : undefined
}

function wrongKind(fault: FaultObject, half: FaultHalf, { kind, name }: FaultTarget): string | undefined {
  const { type } = fault.spec
  switch (half.targets) {
    case 'pods':
      return kind === 'Pod' ? undefined : `${type} hurts pods, not a ${kind}`
    case 'node':
      return kind === 'Node' ? undefined : `${type} hurts nodes, not a ${kind}`
    case 'workload':
      return WORKLOAD_KINDS.includes(kind) ? undefined : `${type} hurts a whole workload, not a ${kind}`
    case 'namespace':
      if (kind !== 'Namespace') return `${type} hurts a whole namespace, not a ${kind}`
      return name === fault.metadata.namespace ? undefined : `${type} can hurt only its own namespace, not ${name}`
    case 'object':
      return undefined
  }
}

function missingLabel(what: string, hint: string, object: Seen, half: FaultHalf): Refusal | undefined {
  const needed = half.open ? [ALLOW_LABEL, ALLOW_OPEN_LABEL] : [ALLOW_LABEL]
  const missing = needed.filter((label) => object.metadata.labels?.[label] !== 'true')
  if (missing.length === 0) return undefined
  return {
    reason: 'NotAllowed',
    message: `${what} does not permit it: \`${hint} ${missing.map((label) => `${label}=true`).join(' ')}\``,
  }
}
