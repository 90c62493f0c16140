import { judgeObjective } from '../judge/judge-objective.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { Measurements } from './observe-experiment.ts'

/** The first objective that the baseline alone shows not to be kept: then a fault would prove nothing, and only hurt. */
export function unhealthy(
  experiment: PlannedExperiment,
  baseline: ReadonlyMap<string, Measurements>,
): string | undefined {
  return experiment.objectives.find((objective) => {
    const measured = baseline.get(objective.name)
    return measured && judgeObjective(objective, measured).reasons.some(({ code }) => code === 'BASELINE_UNHEALTHY')
  })?.name
}
