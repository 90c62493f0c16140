import { messageOf } from '../kit/errors.ts'
import { withoutUnseen } from '../kit/shown.ts'
import type { KubeObject, Resource } from '../kube/kube-client.ts'
import { KubeError } from '../kube/kube-error.ts'
import type { ApiAction } from '../model/cluster/api-action.ts'
import type { FaultObject, FaultTarget } from '../model/cluster/fault-object.ts'
import { type Refusal, refusalOfFault, refusalOfTarget } from '../model/cluster/permission.ts'
import type { ClusterFacts } from '../model/cluster/recipe.ts'
import { planAction } from './actions/actions.ts'
import type { PlannedAction } from './actions/planned-action.ts'
import type { Pod, Workload } from './objects.ts'
import type { ClusterFaultType, Setting } from './setting.ts'

/** A target that was found, checked and thought through; nothing was touched. */
export interface Prepared {
  readonly resource: Resource
  readonly object: KubeObject
  readonly mechanism: string
  readonly actions: readonly [ApiAction, ...ApiAction[]]
  readonly plans: readonly PlannedAction[]
}

interface Refused {
  readonly refused: string
  readonly reason: string
}

export type Preparation = { readonly prepared: Prepared } | Refused

/** Answers that the same question will get again: not well formed, not permitted. */
const FINAL: readonly number[] = [400, 403, 405]

/** Every check that an injection must pass, against the cluster as it is now, and then the recipe. Throws only when the server does not answer. */
export async function prepareTarget(setting: Setting, fault: FaultObject, target: FaultTarget): Promise<Preparation> {
  const type = setting.typeOf(fault.spec.type)
  if (!type) return refused('UnknownType', `there is no fault type ${JSON.stringify(fault.spec.type)} for clusters`)
  const { namespace } = fault.metadata
  const seen = namespace === undefined ? undefined : setting.namespace(namespace)
  const refusal = refusalOfFault(fault, type.cluster, seen, setting.systemNamespaces)
  if (refusal) return fromRefusal(refusal)
  const parameters = type.parameters.safeParse(fault.spec.parameters)
  if (!parameters.success) return refused('InvalidParameters', parameters.error.issues.map(spokenIssue).join('; '))
  // A kind that it never hurts is not even looked for: the controller may have no right to see it.
  const never = refusalOfTarget(fault, type.cluster, target, undefined)
  if (never?.reason === 'WrongTarget') return fromRefusal(never)
  const found = await find(setting, fault, target)
  if (found && 'refused' in found) return found
  const wrong = refusalOfTarget(fault, type.cluster, target, found?.object)
  if (wrong || !found) return fromRefusal(wrong ?? { reason: 'TargetGone', message: `${target.name} is not there` })
  return plan(setting, { fault, target, type, parameters: parameters.data, ...found })
}

interface Planning {
  readonly fault: FaultObject
  readonly target: FaultTarget
  readonly type: ClusterFaultType
  readonly parameters: Readonly<Record<string, unknown>>
  readonly resource: Resource
  readonly object: KubeObject
}

/** What cannot be done is a refusal as well: nothing has been touched yet. */
async function plan({ client, kinds, clock }: Setting, planning: Planning): Promise<Preparation> {
  const { fault, target, type, parameters, resource, object } = planning
  try {
    const recipe = type.cluster.recipe(parameters, factsOf(fault, target, object))
    if (recipe.actor !== 'controller') return refused('WrongActor', `${type.type} is not for the controller`)
    const [first, ...others] = recipe.actions
    if (!first) return refused('NothingToDo', `${type.type} says nothing to do`)
    const actions = [first, ...others] as const
    const context = { client, kinds, clock, fault, target, resource, object }
    const plans: PlannedAction[] = []
    for (const action of actions) plans.push(await planAction(action, context))
    return { prepared: { resource, object, mechanism: recipe.mechanism, actions, plans } }
  } catch (error) {
    const remedy = (error as { readonly remedy?: string }).remedy
    return refused('NotPossible', [messageOf(error), remedy].filter((part) => part).join('. '))
  }
}

async function find(
  { client, kinds }: Setting,
  { metadata: { namespace } }: FaultObject,
  { kind, name }: FaultTarget,
): Promise<{ readonly resource: Resource; readonly object: KubeObject } | Refused | undefined> {
  const resource = await kinds.find(kind).catch(() => undefined)
  if (!resource) return undefined
  try {
    const object = await client.get<KubeObject>(resource, name, resource.namespaced ? namespace : undefined)
    return object && { resource, object }
  } catch (error) {
    if (!(error instanceof KubeError) || !FINAL.includes(error.status)) throw error
    return refused('NotPossible', [error.message, error.remedy].filter((part) => part).join('. '))
  }
}

/** What the controller itself sees of the target. */
function factsOf({ spec }: FaultObject, target: FaultTarget, object: KubeObject): ClusterFacts {
  const { replicas, selector } = (object as Workload).spec ?? {}
  const ports = ((object as Pod).spec?.containers ?? []).flatMap((container) => container.ports ?? [])
  return {
    target,
    ports: ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP').map(({ containerPort }) => containerPort),
    peers: spec.peers,
    seed: spec.seed,
    durationMs: spec.durationMs,
    replicas,
    labels: selector?.matchLabels,
  }
}

function fromRefusal({ reason, message }: Refusal): Refused {
  return refused(reason, message)
}

function refused(reason: string, message: string): Refused {
  return { refused: withoutUnseen(message).slice(0, 1_000), reason }
}

function spokenIssue({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  return `parameters.${path.map(String).join('.')}: ${message}`
}
