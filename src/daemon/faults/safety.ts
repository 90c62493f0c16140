import { type FaultObject, type FaultTarget, faultSpecSchema } from '../../model/cluster/fault-object.ts'
import { refusalOfTarget } from '../../model/cluster/permission.ts'
import type { ClusterFault } from '../../model/cluster/recipe.ts'
import type { FaultType } from '../../model/fault.ts'
import { forbiddenBy } from './permission.ts'
import { clipped, type Refusal } from './refusal.ts'
import type { World } from './world.ts'

/** What a fault's parameters may weigh as text: nothing that a suite can say is longer. */
const MOST_PARAMETER_CHARACTERS = 64 * 1024
const MOST_DURATION_MS = 3_600_000

/** One target of one fault, with the type that its name stands for. */
export interface Request {
  readonly object: FaultObject
  readonly target: FaultTarget
  /** Undefined when there is no such type, or it has no half for clusters. */
  readonly type: (FaultType & { readonly cluster: ClusterFault<Readonly<Record<string, unknown>>> }) | undefined
}

/**
 * Every check that an injection must pass, in the order in which somebody would mend them. Pure; asked again at every
 * injection, since whatever the command line checked may have changed, or may never have been checked.
 */
export function refusalOf(request: Request, world: World): Refusal | undefined {
  return (
    refusalOfSpec(request) ??
    forbiddenBy(request.object, request.target, request.type?.cluster, world) ??
    refusalOfParameters(request) ??
    refusalOfPod(request, world)
  )
}

function refusalOfSpec({ object, type }: Request): Refusal | undefined {
  if (!type) {
    return refuse(
      'UnknownType',
      `there is no fault type ${quoted(object.spec.type)} for clusters`,
      'See `seaworthy faults`.',
    )
  }
  const issues = issuesOfSpec(object.spec)
  if (issues !== '') return refuse('InvalidSpec', issues, 'Correct the spec.')
  if (object.spec.durationMs > MOST_DURATION_MS) {
    return refuse('TooLong', `${object.spec.durationMs} ms is longer than an hour`, 'Ask for an hour at most.')
  }
  return undefined
}

/** A spec may name hundreds of targets, and each of them asks. */
const ISSUES = new WeakMap<object, string>()

function issuesOfSpec(spec: FaultObject['spec']): string {
  const known = ISSUES.get(spec)
  if (known !== undefined) return known
  const parsed = faultSpecSchema.safeParse(spec)
  const issues = parsed.success ? '' : issuesOf(parsed.error)
  ISSUES.set(spec, issues)
  return issues
}

function refusalOfParameters({ object, type }: Request): Refusal | undefined {
  if (JSON.stringify(object.spec.parameters).length > MOST_PARAMETER_CHARACTERS) {
    return refuse('InvalidParameters', 'its parameters are too long', 'Shorten them.')
  }
  const parsed = type?.parameters.safeParse(object.spec.parameters)
  if (parsed === undefined || parsed.success) return undefined
  return refuse('InvalidParameters', issuesOf(parsed.error), `See \`seaworthy faults ${type?.type}\`.`)
}

function refusalOfPod({ object, target, type }: Request, world: World): Refusal | undefined {
  if (!type || object.kind === 'NodeFault') return undefined
  const pod = world.pod(object.metadata.namespace ?? '', target.name)
  const refusal = refusalOfTarget(object, type.cluster, target, pod)
  if (refusal) return { ...refusal, remedy: undefined }
  if (pod?.spec?.hostNetwork && (type.group === 'network' || type.group === 'application')) {
    return refuse(
      'HostNetwork',
      `pod ${target.name} is on its node's own network, so the node would be hurt with it`,
      'Choose a pod without hostNetwork.',
    )
  }
  const containers = (pod?.spec?.containers ?? []).map(({ name }) => name)
  if (target.container === undefined || containers.includes(target.container)) return undefined
  return refuse(
    'NoContainer',
    `pod ${target.name} has no container ${quoted(target.container)}`,
    `It has ${containers.join(', ')}.`,
  )
}

function refuse(reason: string, message: string, remedy: string): Refusal {
  return { reason, message, remedy }
}

function issuesOf(error: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
}): string {
  const lines = error.issues.slice(0, 3).map(({ path, message }) => `${path.map(String).join('.') || 'it'}: ${message}`)
  return clipped(lines.join('; '), 600)
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)
}
