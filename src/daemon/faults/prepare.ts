import { sha256 } from '../../kit/canonical-json.ts'
import { isSeaworthyError, messageOf } from '../../kit/errors.ts'
import type { Abilities, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeProbe } from '../../model/cluster/reading.ts'
import type { NodeWay } from '../../model/cluster/recipe.ts'
import type { NamedAction } from '../journal/journal-entry.ts'
import type { PodObject } from '../objects.ts'
import type { NodeTools } from '../tools.ts'
import { factsOf } from './facts.ts'
import type { Refusal } from './refusal.ts'
import type { Request } from './safety.ts'

/** What will be done to one target, by the first way that this node can. */
export interface Prepared {
  readonly pod: PodOnNode
  readonly mechanism: string
  readonly actions: readonly NamedAction[]
  readonly probe: NodeProbe
}

export type Preparation =
  | { readonly ok: true; readonly prepared: Prepared }
  | { readonly ok: false; readonly refusal: Refusal }

/** Writes the recipe for one target and chooses the way. Touches nothing. */
export async function prepareTarget(
  request: Request,
  podObject: PodObject | undefined,
  pod: PodOnNode,
  tools: NodeTools,
): Promise<Preparation> {
  const recipe = recipeOf(request, podObject)
  if (!recipe.ok) return recipe
  const chosen = chooseWay(recipe.ways, pod, await tools.abilities(), tools)
  if (!chosen.ok) return chosen
  const actions = chosen.way.actions.map((action, place) => ({ id: actionId(request, place), action }))
  return { ok: true, prepared: { pod, mechanism: chosen.way.mechanism, actions, probe: recipe.probe } }
}

/** Names of tables, sets and helpers: the same for the same fault, target and place, so that an undo finds them again. */
function actionId({ object, target }: Request, place: number): string {
  return sha256(`${object.metadata.uid}/${target.uid}/${place}`).slice(0, 8)
}

function recipeOf(request: Request, podObject: PodObject | undefined) {
  const { type, object } = request
  if (!type) return refused('UnknownType', 'there is no such fault type', 'See `seaworthy faults`.')
  try {
    const parameters = type.parameters.parse(object.spec.parameters)
    const recipe = type.cluster.recipe(parameters, factsOf(request, podObject))
    if (recipe.actor === 'daemon') return { ok: true, ways: recipe.ways, probe: recipe.probe } as const
    return refused('NotOurs', `${type.type} is done by the controller`, 'Look at the controller.')
  } catch (error) {
    const remedy = isSeaworthyError(error) ? error.remedy : undefined
    return refused('NotPossible', messageOf(error), remedy ?? 'Change the parameters or the target.')
  }
}

function chooseWay(ways: readonly NodeWay[], pod: PodOnNode, abilities: Abilities, tools: NodeTools) {
  const whys: string[] = []
  for (const way of ways) {
    const why = refusalOfWay(way, pod, abilities, tools)
    if (why === undefined) return { ok: true, way } as const
    whys.push(`${way.mechanism}: ${why}`)
  }
  return refused(
    'NotPossibleHere',
    `this node cannot do it (${whys.join('; ')})`,
    'Choose another fault, another node, or another `mechanism`.',
  )
}

function refusalOfWay(way: NodeWay, pod: PodOnNode, abilities: Abilities, tools: NodeTools): string | undefined {
  for (const action of way.actions) {
    const mechanism = tools.mechanism(action.do)
    if (!mechanism) return `this daemon does not know ${action.do}`
    const why = mechanism.refuse(action, pod, abilities)
    if (why !== undefined) return why
  }
  return undefined
}

function refused(reason: string, message: string, remedy: string) {
  return { ok: false, refusal: { reason, message, remedy } } as const
}
