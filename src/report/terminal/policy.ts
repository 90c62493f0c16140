import type { PolicyRecord } from '../../model/policy.ts'
import { MOST_POLICY_CHANGES, noPolicySentence, POLICY_EFFECTS, policyTitle } from '../words/policy.ts'
import { labelled } from './layout.ts'

/** What the change would loosen, for a terminal: a line each. Empty where there is nothing to tell. */
export function policyLines(
  policy: PolicyRecord | null | undefined,
  isPullRequest: boolean,
  columns: number,
): string[] {
  if (!policy) return []
  const alone = noPolicySentence(policy)
  const title = policyTitle(policy, isPullRequest)
  const left = policy.changes.length - MOST_POLICY_CHANGES
  return [
    ...(alone === undefined ? [] : labelled('', '', alone, columns)),
    ...(title === undefined ? [] : labelled('', '! ', `${title} (the base is ${policy.base}):`, columns)),
    ...policy.changes
      .slice(0, MOST_POLICY_CHANGES)
      .flatMap(({ what, from, to, effect }) =>
        labelled('  ', '- ', `${what}: ${from} → ${to} (${POLICY_EFFECTS[effect]})`, columns),
      ),
    ...(left > 0 ? labelled('  ', '- ', `and ${left} more, in the journal`, columns) : []),
  ]
}
