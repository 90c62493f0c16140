import type { PlannedFault } from '../../src/model/plan.ts'
import { recipeFor } from '../agent/recipes.ts'
import { parse } from '../faults/facts.ts'

/** A planned fault on workload api, on all of it or on the named replicas. */
export function planned(
  id: string,
  type: string,
  given: Readonly<Record<string, unknown>> = {},
  replicas = ['api-1', 'api-2'],
  durationMs = 60_000,
): PlannedFault {
  return {
    id,
    type,
    spec: {
      type,
      target: { workload: 'api', labels: undefined, mode: 'all', value: undefined },
      parameters: parse(type, given),
      written: given,
      line: 1,
    },
    workload: 'api',
    mode: 'all',
    replicas,
    of: 2,
    seed: 1,
    durationMs,
    description: `${type} on api`,
    recipe: recipeFor(id, type, given, replicas),
    order: undefined,
  }
}
