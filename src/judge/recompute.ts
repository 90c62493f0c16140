import type { Evidence } from '../model/evidence.ts'
import type { Journal, JournalExperiment } from '../model/journal.ts'
import { type ReasonCode, type Verdict, verdictOfReason, worstVerdict } from '../model/verdict.ts'

/** Reasons that say that a fault was not proven: what was measured beside it cannot be laid at its door. */
const UNPROVEN: ReadonlySet<ReasonCode> = new Set(['NOT_INJECTED', 'NOT_EFFECTIVE', 'NOT_OBSERVED'])

/**
 * The best verdict that a journal's own findings allow: the worst of its experiments, each the worst of its objectives,
 * its recovery, its reasons and the proof of its faults, as judgeSuite folds them. For a journal that may have been
 * changed by somebody: it may claim this or worse, and never better. Pure.
 */
export function recomputeVerdict({ experiments, reasons, leftovers, outside }: JournalFindings): Verdict {
  // What is left behind is told by this reason: it keeps a pass a pass, and blocks all the same.
  const own = reasons.filter(({ code }) => code !== 'CLEANUP_UNPROVEN' || leftovers.length === 0).map(verdictOf)
  return worstVerdict([
    worstVerdict(experiments.map(recomputeExperiment)),
    ...own,
    ...(outside.length > 0 ? ['inconclusive' as const] : []),
  ])
}
type JournalFindings = Pick<Journal, 'experiments' | 'reasons' | 'leftovers' | 'outside'>

/** The best verdict that one experiment of a journal can have, by its own parts; never better than what it says of itself. */
export function recomputeExperiment(experiment: JournalExperiment): Verdict {
  const { ran, verdict, objectives, recovery, reasons } = experiment
  if (!ran && verdict === 'pass') return 'error'
  const found: Verdict[] = [
    'pass',
    ...objectives.map((objective) => worstVerdict([objective.verdict, ...objective.reasons.map(verdictOf)])),
    ...(recovery ? [recovery.verdict] : []),
    ...reasons.map(verdictOf),
    ...(experiment.evidence.some(isUnended) ? ['inconclusive' as const] : []),
  ]
  const counted = isProven(experiment)
    ? found
    : ['inconclusive' as const, ...found.map((one) => (one === 'fail' ? 'inconclusive' : one))]
  return worstVerdict([verdict, ...counted])
}

function verdictOf({ code }: { readonly code: ReasonCode }): Verdict {
  return verdictOfReason(code)
}

function isUnended({ endedBy }: Evidence): boolean {
  return endedBy === 'not-ended'
}

/**
 * Every fault of it was put on all its targets and had its effect, by what was seen of it last. A search judges each of its
 * steps with that step's own proof, under an id of its own, and tries values that have no effect as well.
 */
export function isProven({ ran, search, faults, evidence, reasons }: JournalExperiment): boolean {
  if (!ran || search) return true
  if (faults.length === 0 || reasons.some(({ code }) => UNPROVEN.has(code))) return false
  return faults.every(({ id }) => {
    const last = evidence.findLast((one) => one.fault === id)
    return last?.status === 'proven' && last.injected.every(({ ok }) => ok)
  })
}
