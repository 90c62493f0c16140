import type { Journal, JournalExperiment, JudgedObjective } from '../../model/journal.ts'
import type { Need } from '../../model/suite.ts'
import type { Verdict } from '../../model/verdict.ts'
import { judgedEstimate } from './estimate.ts'

/** How reports order verdicts: what stops us from judging first, then what did not hold. What never ran comes last. */
const DISPLAY_ORDER: readonly Verdict[] = ['error', 'fail', 'aborted', 'inconclusive', 'pass']

/** Experiments worst first: verdict, then distance from the need in units of ±, then suite order. What did not run is last. */
export function worstFirst(experiments: readonly JournalExperiment[]): JournalExperiment[] {
  const severity = new Map(
    experiments.map((experiment) => [experiment, Math.max(-Infinity, ...experiment.objectives.map(excess))]),
  )
  return [...experiments].sort(
    (one, other) =>
      rank(one) - rank(other) || compare(severity.get(other) ?? 0, severity.get(one) ?? 0) || one.index - other.index,
  )
}

/** The objective that says most about an experiment: the worst verdict, first in the suite; among passed ones the one nearest to its need. */
export function worstObjective({ objectives }: JournalExperiment): JudgedObjective | undefined {
  const [worst] = objectivesWorstFirst(objectives)
  if (worst?.verdict !== 'pass') return worst
  return [...objectives].sort((one, other) => compare(excess(other), excess(one)))[0]
}

/** Objectives by verdict, worst first; inside one verdict they keep suite order. */
export function objectivesWorstFirst(objectives: readonly JudgedObjective[]): JudgedObjective[] {
  return [...objectives].sort((one, other) => DISPLAY_ORDER.indexOf(one.verdict) - DISPLAY_ORDER.indexOf(other.verdict))
}

/** The passed objective that came nearest to its need, in units of ±: the one to watch. */
export function closestCall(
  journal: Journal,
): { experiment: JournalExperiment; objective: JudgedObjective } | undefined {
  const held = journal.experiments
    .filter(({ ran, verdict }) => ran && verdict === 'pass')
    .flatMap((experiment) => experiment.objectives.map((objective) => ({ experiment, objective })))
    .filter(({ objective }) => objective.verdict === 'pass' && Number.isFinite(excess(objective)))
  return held.sort((one, other) => compare(excess(other.objective), excess(one.objective)))[0]
}

/** How far a measured value lies on the bad side of its need, in units of its ±; negative on the good side. */
function excess(objective: JudgedObjective): number {
  const estimate = judgedEstimate(objective)
  const { need } = objective
  const measured = estimate?.value ?? estimate?.low ?? estimate?.high
  if (measured === null || measured === undefined) return -Infinity
  const away = (measured - limitOf(need)) * (need.kind === 'share' || need.kind === 'above' ? -1 : 1)
  const ends = [estimate?.low, estimate?.high].flatMap((end) =>
    typeof end === 'number' ? [Math.abs(end - measured)] : [],
  )
  const half = Math.max(0, ...ends)
  return away / (half > 0 ? half : Math.max(Math.abs(limitOf(need)) / 100, Number.EPSILON))
}

function limitOf(need: Need): number {
  if (need.kind === 'share') return need.target
  return need.kind === 'increase' ? need.atMost : need.value
}

function rank({ ran, verdict }: JournalExperiment): number {
  return ran ? DISPLAY_ORDER.indexOf(verdict) : DISPLAY_ORDER.length
}

/** Also orders infinities, whose difference is not a number. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1
}
