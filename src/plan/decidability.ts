import { decide, type Question } from '../kit/statistics/decide.ts'
import type { Decidability, PlannedObjective } from '../model/plan.ts'
import type { TrafficSpec } from '../model/suite.ts'

/** Whether one fault window brings enough to decide an objective; said before anything is broken. */
export function decidability(
  objective: PlannedObjective,
  traffic: TrafficSpec,
  faultMs: number,
  sliceMs: number,
): Decidability {
  const expected = expectedOf(objective, traffic, faultMs, sliceMs)
  return { objective: objective.name, expected, ...decide(questionOf(objective), expected) }
}

/** Requests that our own traffic will send; slices of a series; undefined where somebody else decides. */
function expectedOf(objective: PlannedObjective, traffic: TrafficSpec, faultMs: number, sliceMs: number) {
  if (objective.indicator.kind === 'value') return Math.floor(faultMs / sliceMs)
  if (objective.indicator.source === 'prometheus' || traffic.kind !== 'http') return undefined
  return Math.floor((traffic.ratePerSecond * faultMs) / 1_000)
}

function questionOf({ indicator, need }: PlannedObjective): Question {
  switch (indicator.kind) {
    case 'value':
      return { ask: 'series' }
    case 'latency-quantile':
    case 'histogram-quantile':
      return { ask: 'quantile', quantile: indicator.quantile }
    default:
      return need.kind === 'increase'
        ? { ask: 'rise', limitRatio: need.atMost }
        : { ask: 'share', limitRatio: need.kind === 'share' ? 1 - need.target : need.value }
  }
}
