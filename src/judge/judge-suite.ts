import { holm } from '../kit/statistics/holm.ts'
import { JUDGING_ALPHA } from '../kit/statistics/sample-size.ts'
import type { JudgedObjective, Reason } from '../model/journal.ts'
import type { Leftover } from '../model/ledger.ts'
import { summarize } from '../model/summary.ts'
import { type ReasonCode, type Verdict, verdictOfReason, worstVerdict } from '../model/verdict.ts'
import type { ExperimentVerdict, JudgedExperiment } from './facts.ts'
import { reason } from './finding.ts'
import { foldExperiment } from './fold.ts'
import { plural } from './words.ts'

export interface SuiteFacts {
  readonly leftovers: readonly Leftover[]
  /** What changed outside the plan during the run, by name. */
  readonly outsideChanges: readonly string[]
  /** A person or a signal stopped the run. */
  readonly cancelled: boolean
  readonly onInconclusive: 'fail' | 'pass'
  /** Why no experiment could be started or gone on with; several where several runs are judged as one. */
  readonly blocked?: readonly { readonly code: ReasonCode; readonly detail: string }[] | undefined
}

export interface JudgedSuite {
  readonly verdict: Verdict
  /** The verdict as a sentence of counts and fixed words. */
  readonly summary: string
  /** Of the run as a whole; each experiment has its own. */
  readonly reasons: readonly Reason[]
  readonly experiments: readonly ExperimentVerdict[]
  /** Whether this may not be merged. */
  readonly blocks: boolean
}

/**
 * The verdict of a run: the worst of its experiments, after Holm's correction over everything that could have failed, so
 * that a harmless change fails any part of a suite at most once in twenty runs. A fail that does not survive becomes
 * inconclusive. A pass needs every experiment to hold, so it needs no correction. A suite without experiments is an error.
 */
export function judgeSuite(judged: readonly JudgedExperiment[], facts: SuiteFacts): JudgedSuite {
  const experiments = correct(judged)
  const own = ownReasons(judged, facts)
  const reasons = [
    ...own,
    ...experiments.flatMap(({ name, reasons: inner }) =>
      inner.map((one) => ({ ...one, detail: `${name}: ${one.detail}` })),
    ),
  ]
  const verdict = worstVerdict([
    ...experiments.map((one) => one.verdict),
    ...(facts.cancelled ? ['aborted' as const] : []),
    ...(facts.outsideChanges.length > 0 ? ['inconclusive' as const] : []),
    ...(experiments.length === 0 ? ['error' as const] : []),
    ...(facts.blocked ?? []).map(({ code }) => verdictOfReason(code)),
  ])
  const summary = summarize({ verdict, reasons, experiments, leftovers: facts.leftovers.length })
  const excused = verdict === 'inconclusive' && facts.onInconclusive === 'pass'
  const blocks = (verdict !== 'pass' && !excused) || facts.leftovers.length > 0
  return { verdict, summary, reasons: own, experiments, blocks }
}

/** Leftovers do not change what was measured, so a pass stays one and blocks all the same. */
function ownReasons(
  judged: readonly JudgedExperiment[],
  { leftovers, outsideChanges, cancelled, blocked }: SuiteFacts,
): Reason[] {
  return [
    ...(blocked ?? []).map(({ code, detail }) => reason(code, detail)),
    ...(cancelled ? [reason('CANCELLED', 'the run was cancelled')] : []),
    ...(judged.length === 0 ? [reason('INTERNAL', 'there is no experiment to judge')] : []),
    ...leftovers.map(({ what, why }) => reason('CLEANUP_UNPROVEN', `${what} is left behind: ${why}`)),
    ...outsideChanges.map((change) => reason('CLEANUP_UNPROVEN', `outside the plan: ${change}`)),
  ]
}

function correct(judged: readonly JudgedExperiment[]): ExperimentVerdict[] {
  const tests = judged.flatMap(({ objectives, basis }) => [
    ...objectives.map(({ pValue }) => pValue),
    basis.searchPValue,
  ])
  const family = tests.filter((pValue) => pValue !== null)
  const adjusted = holm(family)
  let next = 0
  const take = (pValue: number | null) => (pValue === null ? null : (adjusted[next++] ?? 1))
  return judged.map((experiment) => {
    const objectives = experiment.objectives.map((objective) =>
      withHolm(objective, take(objective.pValue), family.length),
    )
    return refold(experiment, objectives, take(experiment.basis.searchPValue), family.length)
  })
}

function withHolm(objective: JudgedObjective, pHolm: number | null, tests: number): JudgedObjective {
  if (objective.verdict !== 'fail' || pHolm === null || pHolm <= JUDGING_ALPHA) return { ...objective, pHolm }
  return { ...objective, pHolm, verdict: 'inconclusive', reasons: objective.reasons.map((one) => doubted(one, tests)) }
}

function refold(
  { basis, ...experiment }: JudgedExperiment,
  objectives: JudgedObjective[],
  searchHolm: number | null,
  tests: number,
): ExperimentVerdict {
  const chance = searchHolm !== null && searchHolm > JUDGING_ALPHA
  const corrected = chance ? { ...basis, reasons: basis.reasons.map((one) => doubted(one, tests)) } : basis
  const folded = foldExperiment({ ...experiment, objectives, basis: corrected })
  return { ...experiment, objectives, ...folded }
}

/** What looked like a failure by itself is too likely to be chance among so many tests. */
function doubted(one: Reason, tests: number): Reason {
  if (one.code !== 'OBJECTIVE_MISSED' && one.code !== 'THRESHOLD_TOO_LOW') return one
  return {
    ...one,
    code: 'UNDECIDED',
    detail: `${one.detail}; among ${plural(tests, 'test')} in this suite one this far off can be chance`,
  }
}
