import type { ExplanationFacts } from '../judge/facts.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { Spans } from './observe-experiment.ts'
import type { Session } from './session.ts'

/** When replicas that the experiment hurt became ready, from the start of its fault on. */
export function readyAgain(
  session: Session,
  experiment: PlannedExperiment,
  spans: Spans,
): ExplanationFacts['readyAgain'] {
  const from = spans.fault?.startMs
  if (from === undefined) return []
  return session.readiness.filter(({ replica, atMs }) => atMs >= from && experiment.targets.includes(replica))
}
