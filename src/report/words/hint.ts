import type { JournalExperiment } from '../../model/journal.ts'
import { REASON_WORDS } from './reasons.ts'

/**
 * What to try. What could not be judged has fixed words for each reason (ours: may hold `code`); what failed has a hint
 * only where a rule knows one, because no hint is better than a vague one.
 */
export function fixedHint({ reasons, objectives, verdict }: JournalExperiment): string | undefined {
  const [first] = [...reasons, ...objectives.flatMap((objective) => objective.reasons)]
  return verdict !== 'inconclusive' || first === undefined ? undefined : REASON_WORDS[first.code].remedy
}

/** The journal's own hint, or the fixed one. */
export function hintText(experiment: JournalExperiment): string | undefined {
  return experiment.hint?.text ?? fixedHint(experiment)
}
