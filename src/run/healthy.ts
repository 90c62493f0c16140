import { judgeObjective } from '../judge/judge-objective.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { Measurements } from './observe-experiment.ts'

/** False when the baseline alone shows that an objective is not kept: then a fault would prove nothing, and only hurt. */
export function isHealthy(experiment: PlannedExperiment, baseline: ReadonlyMap<string, Measurements>): boolean {
  return experiment.objectives.every((objective) => {
    const measured = baseline.get(objective.name)
    if (!measured) return true
    return !judgeObjective(objective, measured).reasons.some(({ code }) => code === 'BASELINE_UNHEALTHY')
  })
}
