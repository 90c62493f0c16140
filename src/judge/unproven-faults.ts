import type { Evidence } from '../model/evidence.ts'
import { faultsOf, hasTargets } from '../model/faults-of.ts'
import type { Reason } from '../model/journal.ts'
import type { PlannedFault } from '../model/plan.ts'
import type { ExperimentFacts } from './facts.ts'
import { reason } from './finding.ts'
import { milliseconds } from './words.ts'

/**
 * Why the faults are not proven, one reason a fault; empty when all of them are. The absence of evidence, of a target
 * or of a fault is a reason: without a proven fault nothing that was measured says anything about the service.
 */
export function unprovenFaults({
  planned,
  evidence,
  aborted,
  windows,
}: Pick<ExperimentFacts, 'planned' | 'evidence' | 'aborted' | 'windows'>): readonly Reason[] {
  const faults = faultsOf(planned.steps)
  if (faults.length === 0) return [reason('NOT_INJECTED', 'the experiment has no fault')]
  const faultEndMs = aborted ? undefined : windows.fault?.endMs
  return faults.flatMap(
    (fault) =>
      unproven(
        fault,
        evidence.findLast((one) => one.fault === fault.id),
        faultEndMs,
      ) ?? [],
  )
}

function unproven(
  fault: PlannedFault,
  evidence: Evidence | undefined,
  faultEndMs: number | undefined,
): Reason | undefined {
  if (!hasTargets(fault) && !evidence) return reason('NOT_INJECTED', `${fault.type} matched no target`)
  if (!evidence) return reason('NOT_INJECTED', `there is no evidence of ${fault.type} on ${fault.workload}`)
  const reached = evidence.injected.filter(({ ok }) => ok).length
  if (evidence.status === 'not-injected' || reached < Math.max(1, evidence.injected.length)) {
    return reason(
      'NOT_INJECTED',
      `${fault.type} reached ${reached} of ${Math.max(fault.replicas.length, evidence.injected.length)} targets`,
    )
  }
  if (evidence.status === 'not-effective')
    return reason('NOT_EFFECTIVE', `${fault.type} had no effect: ${evidence.seen}`)
  if (evidence.status === 'not-observed') {
    return reason('NOT_OBSERVED', `none of the judged traffic met ${fault.type} on ${fault.workload}: ${evidence.seen}`)
  }
  return endedEarly(fault, evidence, faultEndMs)
}

/** A fault that leaves something to end, and was over well before anybody here asked for it. */
function endedEarly(
  fault: PlannedFault,
  { endedBy, recoveredAtMs }: Evidence,
  faultEndMs: number | undefined,
): Reason | undefined {
  if (faultEndMs === undefined || recoveredAtMs === null || endedBy === 'nothing-to-end') return undefined
  const earlyMs = faultEndMs - recoveredAtMs
  if (earlyMs <= EARLY_MS) return undefined
  return reason(
    'ABORTED_EXTERNALLY',
    `${fault.type} on ${fault.workload} was over ${milliseconds(earlyMs)} before its window ended, and not by this run`,
  )
}
const EARLY_MS = 1_000

/** Faults whose end is not proven: they may still be on, in the recovery window and after the run. */
export function unendedFaults({
  planned,
  evidence,
  notEnded,
}: Pick<ExperimentFacts, 'planned' | 'evidence' | 'notEnded'>): readonly Reason[] {
  const known = evidence
    .filter(({ endedBy }) => endedBy === 'not-ended')
    .map(({ fault, type }) => {
      const workload = faultsOf(planned.steps).find(({ id }) => id === fault)?.workload
      return workload === undefined ? `${type} (${fault})` : `${type} on ${workload}`
    })
  const unended = notEnded.length > 0 ? notEnded : known
  return unended.map((what) => reason('CLEANUP_UNPROVEN', `${what} was not seen to end`))
}
