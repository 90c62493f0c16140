import type { JudgedObjective, Reason, Recovery } from '../model/journal.ts'
import { type Verdict, verdictOfReason, worstVerdict } from '../model/verdict.ts'
import type { VerdictBasis } from './facts.ts'

export interface Parts {
  readonly basis: VerdictBasis
  readonly objectives: readonly JudgedObjective[]
  readonly recovery: Recovery | null
}

/**
 * The worst of everything that an experiment was judged by. What cannot be laid at the fault's door counts as
 * inconclusive, however clear it is: a pass under no fault proves nothing, and a failure may be somebody else's.
 */
export function foldExperiment({ basis, objectives, recovery }: Parts): { verdict: Verdict; reasons: Reason[] } {
  const reasons = [
    ...basis.reasons,
    ...objectives.flatMap((objective) => objective.reasons.map((one) => ({ ...one, objective: objective.name }))),
  ]
  // What is judged beside objectives speaks only by its reasons; an experiment that judges nothing has a reason for that.
  const verdicts: Verdict[] = [
    'pass',
    ...objectives.map(({ verdict }) => verdict),
    ...(recovery ? [recovery.verdict] : []),
    ...basis.reasons.map(({ code }) => verdictOfReason(code)),
  ]
  const counted = basis.attributable ? verdicts : ['inconclusive' as const, ...verdicts.map(atMostInconclusive)]
  return { verdict: worstVerdict(counted), reasons }
}

function atMostInconclusive(verdict: Verdict): Verdict {
  return verdict === 'fail' ? 'inconclusive' : verdict
}
