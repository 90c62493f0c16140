import { SeaworthyError } from '../kit/errors.ts'
import type { ClusterFacts, ClusterRecipe } from '../model/cluster/recipe.ts'
import type { FaultType } from '../model/fault.ts'
import type { FaultOrder } from '../model/plan.ts'
import type { FaultSpec } from '../model/suite.ts'

/** What the recipe is told while no pod is looked at yet: enough to learn which ways there are, and what cannot be done at all. */
const NOMINAL = {
  ports: [80],
  peers: { v4: ['192.0.2.1'], v6: [] },
  replicas: 2,
  labels: { app: 'planned' },
} as const satisfies Partial<ClusterFacts>

/**
 * What the actors in a cluster are told of a fault. Pure.
 * Throws SeaworthyError('PLAN') for a type that has no half for Kubernetes, and what its recipe throws.
 */
export function clusterOrder(
  type: FaultType,
  spec: FaultSpec,
  facts: { readonly workload: string; readonly seed: number; readonly durationMs: number },
): FaultOrder {
  const { cluster } = type
  if (!cluster)
    throw new SeaworthyError('PLAN', `line ${spec.line}: fault ${spec.type} cannot be done on platform kubernetes`, {
      remedy: 'Use a fault that can: see `seaworthy faults`.',
    })
  const { workload, seed, durationMs } = facts
  const target = { kind: 'Pod', name: workload, uid: 'planned' }
  const recipe = cluster.recipe(spec.parameters, { ...NOMINAL, target, seed, durationMs })
  const { scope, actor, targets, open, crossing, onReplaced, expires } = cluster
  return {
    mechanism: waysOf(recipe),
    scope,
    actor,
    targets,
    open,
    crossing,
    onReplaced,
    expires,
    parameters: spec.written,
  }
}

function waysOf(recipe: ClusterRecipe): string {
  if (recipe.actor === 'controller') return recipe.mechanism
  return [...new Set(recipe.ways.map(({ mechanism }) => mechanism))].join(' or ')
}
