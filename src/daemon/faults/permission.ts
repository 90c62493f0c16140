import type { FaultObject, FaultTarget } from '../../model/cluster/fault-object.ts'
import { type FaultHalf, refusalOfFault, refusalOfTarget } from '../../model/cluster/permission.ts'
import type { Refusal } from './refusal.ts'
import type { World } from './world.ts'

/** A namespace or node that carries it, with any value, is never hurt whatever else it carries: the monitoring's own, for one. */
const PROTECTED_LABEL = 'seaworthy.dev/protected'

/** As strict as can be where nothing is known of the type. */
const ANY_HALF: FaultHalf = { scope: 'namespace', open: true, targets: 'pods' }

/**
 * Why this fault must not be on this target, by who may be hurt at all: undefined when it may. From the daemon's own view of
 * the cluster; asked before each injection, and again while it is on whenever a namespace or the node changes.
 */
export function forbiddenBy(
  object: FaultObject,
  target: FaultTarget,
  half: FaultHalf | undefined,
  world: World,
): Refusal | undefined {
  const name = object.metadata.namespace ?? ''
  const namespace = world.namespace(name)
  const known = half ?? ANY_HALF
  const ofFault = refusalOfFault(object, known, namespace, [world.ownNamespace])
  if (ofFault) return { ...ofFault, remedy: undefined }
  if (object.kind === 'NodeFault') return forbiddenOnNode(object, target, known, world)
  if (namespace?.metadata.labels?.[PROTECTED_LABEL] !== undefined) return protectedOne(`namespace ${name}`)
  if (namespace?.metadata.deletionTimestamp === undefined) return undefined
  return { reason: 'NamespaceGone', message: `namespace ${name} is being deleted`, remedy: undefined }
}

function forbiddenOnNode(object: FaultObject, target: FaultTarget, half: FaultHalf, world: World): Refusal | undefined {
  const node = world.node()
  const ofTarget = refusalOfTarget(object, half, target, node?.metadata.name === target.name ? node : undefined)
  if (ofTarget) return { ...ofTarget, remedy: undefined }
  return node?.metadata.labels?.[PROTECTED_LABEL] === undefined ? undefined : protectedOne(`node ${target.name}`)
}

function protectedOne(name: string): Refusal {
  return {
    reason: 'Protected',
    message: `${name} carries ${PROTECTED_LABEL}: nothing in it is ever hurt`,
    remedy: 'Choose another target.',
  }
}
