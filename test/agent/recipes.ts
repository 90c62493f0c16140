import { FAULT_TYPES } from '../../src/faults/registry.ts'
import type { Recipe } from '../../src/model/recipe.ts'
import { INVENTORY } from '../faults/facts.ts'

/** A real recipe on workload api (replicas api-1, api-2), all of it or the named replicas. */
export function recipeFor(
  id: string,
  type: string,
  given: Readonly<Record<string, unknown>> = {},
  replicas = ['api-1', 'api-2'],
): Recipe {
  const fault = FAULT_TYPES.find((candidate) => candidate.type === type)
  if (!fault) throw new Error(`there is no fault type ${type}`)
  const facts = {
    id,
    workload: 'api',
    replicas,
    all: replicas.length === 2,
    inventory: INVENTORY,
    seed: 1,
    durationMs: 60_000,
  }
  return fault.recipe(fault.parameters.parse(given), facts)
}
