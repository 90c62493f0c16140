import { faultsOf, hasTargets } from '../model/faults-of.ts'
import type { JudgedObjective, Reason } from '../model/journal.ts'
import type { WindowName } from '../model/measurement.ts'
import { explain } from './explain/explain.ts'
import type { ExperimentFacts, JudgedExperiment, VerdictBasis } from './facts.ts'
import { reason } from './finding.ts'
import { foldExperiment } from './fold.ts'
import { judgeObjective, type Measurements } from './judge-objective.ts'
import { judgeRecovery } from './recovery.ts'
import { judgeSearch } from './search.ts'
import { unendedFaults, unprovenFaults } from './unproven-faults.ts'
import { milliseconds, percent } from './words.ts'

/**
 * One experiment: its objectives, the proof of its faults, its recovery, checks, search and abort, folded into the worst
 * of them. Never throws for bad data. The verdict is not final before judgeSuite has corrected for the number of tests.
 */
export function judgeExperiment(facts: ExperimentFacts): JudgedExperiment {
  if (!facts.ran) return notRun(facts)
  const objectives = judgedObjectives(facts)
  const held = heldBack(facts, objectives)
  if (held) return withoutFault(facts, objectives, held)
  // Each step of a search has its own proof, and counts for nothing without it.
  const unproven = facts.planned.search ? [] : unprovenFaults(facts)
  const search = facts.planned.search ? judgeSearch(facts.planned.search, facts.search) : undefined
  const recovered = recoveryOf(facts)
  const basis: VerdictBasis = {
    attributable: unproven.length === 0,
    searchPValue: search?.pValue ?? null,
    reasons: [
      ...stopReasons(facts),
      ...abortReasons(facts, objectives),
      ...unproven,
      ...(search?.reasons ?? []),
      ...(recovered?.reasons ?? []),
      ...facts.checks.filter(({ ok }) => !ok).map(({ what, detail }) => reason('CHECK_FAILED', `${what}: ${detail}`)),
      ...unendedFaults(facts),
      ...nothingToJudge(facts, objectives),
    ],
  }
  const parts = { basis, objectives, recovery: recovered?.recovery ?? null, search: search?.result ?? null }
  const judged = { ...heading(facts), ...parts, ...foldExperiment(parts), why: null, hint: null }
  return { ...judged, ...explanationOf(facts, judged) }
}

function heading({ planned, ran, aborted }: ExperimentFacts) {
  return { name: planned.name, index: planned.index, line: planned.line, ran, aborted }
}

function notRun(facts: ExperimentFacts): JudgedExperiment {
  const own = facts.cancelled
    ? reason('CANCELLED', 'the run was cancelled before this experiment')
    : reason(facts.error?.code ?? 'INTERNAL', facts.error?.detail ?? 'the run ended before this experiment')
  const basis = { reasons: [own], attributable: true, searchPValue: null }
  const parts = { basis, objectives: [], recovery: null, search: null }
  return { ...heading(facts), ...parts, ...foldExperiment(parts), why: null, hint: null }
}

/**
 * Why no fault was put on although nothing went wrong: a target that is not there, or a service that was failing already.
 * One reason for all, in place of one for everything that could not be measured because of it.
 */
function heldBack(facts: ExperimentFacts, objectives: readonly JudgedObjective[]): Reason | undefined {
  if (facts.windows.fault !== null || facts.cancelled || facts.error || facts.evidence.length > 0) return undefined
  const missing = faultsOf(facts.planned.steps).find((fault) => !hasTargets(fault))
  if (missing) return reason('NOT_INJECTED', `${missing.type} matched no target`)
  const sick = objectives.find(isUnhealthy)
  return sick && reason('BASELINE_UNHEALTHY', `no fault was put on, because ${sick.name} was already failing`)
}

function withoutFault(facts: ExperimentFacts, judged: readonly JudgedObjective[], why: Reason): JudgedExperiment {
  const objectives = judged.map((one) => {
    const own = one.reasons.filter(({ code }) => code === 'BASELINE_UNHEALTHY')
    return { ...one, verdict: 'inconclusive' as const, reasons: own.length > 0 ? own : [why] }
  })
  const basis = { reasons: [why], attributable: false, searchPValue: null }
  const parts = { basis, objectives, recovery: null, search: null }
  return { ...heading(facts), ...parts, ...foldExperiment(parts), why: null, hint: null }
}

function isUnhealthy({ reasons }: JudgedObjective): boolean {
  return reasons.some(({ code }) => code === 'BASELINE_UNHEALTHY')
}

/** A run that was stopped before the fault window has nothing to judge; a search has only its steps. */
function judgedObjectives(facts: ExperimentFacts): JudgedObjective[] {
  const stopped = (facts.cancelled || facts.error !== null) && facts.windows.fault === null
  if (stopped || facts.planned.search) return []
  return facts.planned.objectives.map((objective) => judgeObjective(objective, measurementsOf(facts, objective.name)))
}

function measurementsOf({ measurements }: ExperimentFacts, objective: string): Measurements {
  const of = (window: WindowName) => measurements.find((one) => one.objective === objective && one.window === window)
  return { baseline: of('baseline'), fault: of('fault'), recovery: of('recovery') }
}

function stopReasons({ cancelled, error }: ExperimentFacts): Reason[] {
  return [
    ...(cancelled ? [reason('CANCELLED', 'the run was cancelled during this experiment')] : []),
    ...(error ? [reason(error.code, error.detail)] : []),
  ]
}

/**
 * A guard that fired has proven its breach while it watched. Where the same objective was already missed before the
 * fault, the breach is not the fault's; a search is meant to go too far, and judges each step by itself.
 */
function abortReasons({ aborted, planned }: ExperimentFacts, objectives: readonly JudgedObjective[]): Reason[] {
  if (!aborted || planned.search) return []
  const judged = objectives.find(({ name }) => name === aborted.objective)
  if (judged && isUnhealthy(judged)) return []
  const detail = `it fell below ${percent(aborted.below)}, and the fault was ended after ${milliseconds(aborted.afterMs)}`
  return [{ ...reason('ABORT_LIMIT', detail), objective: aborted.objective }]
}

function nothingToJudge(
  { planned, checks, cancelled, error }: ExperimentFacts,
  objectives: readonly JudgedObjective[],
): Reason[] {
  if (planned.search || cancelled || error || objectives.length + checks.length > 0) return []
  return [reason('NO_DATA', 'nothing is judged in this experiment: no objective, no check')]
}

function recoveryOf(facts: ExperimentFacts): ReturnType<typeof judgeRecovery> {
  const { planned, windows, cancelled, error } = facts
  const { fault, recovery } = windows
  if (!fault || !recovery) return cancelled || error ? undefined : unseenRecovery(facts)
  return judgeRecovery({
    objectives: planned.objectives,
    measured: (objective) => measurementsOf(facts, objective),
    faultEndMs: fault.endMs,
    windowMs: recovery.endMs - fault.endMs,
    limitMs: planned.recoveryWithinMs,
  })
}

/** A limit that nobody watched is not kept. */
function unseenRecovery({ planned }: ExperimentFacts): ReturnType<typeof judgeRecovery> {
  if (planned.recoveryWithinMs === undefined) return undefined
  const recovery = {
    lowMs: 0,
    highMs: null,
    limitMs: planned.recoveryWithinMs,
    objective: null,
    verdict: 'inconclusive' as const,
  }
  return { recovery, reasons: [reason('NO_DATA', 'the recovery was not watched')] }
}

/** Measured facts are worth saying where something failed, or failed too little to be sure. */
function explanationOf(facts: ExperimentFacts, judged: JudgedExperiment): Pick<JudgedExperiment, 'why' | 'hint'> {
  const doubtful = judged.basis.attributable && judged.reasons.some(({ code }) => code === 'UNDECIDED')
  return (judged.verdict === 'fail' || doubtful ? explain(facts, judged) : null) ?? { why: null, hint: null }
}
