import type { PolicyChange, PolicyRecord } from '../../model/policy.ts'

/** Changes that a report prints. */
export const MOST_POLICY_CHANGES = 20

/** What follows from a change of the policy, in a table's cell. */
export const POLICY_EFFECTS: Readonly<Record<PolicyChange['effect'], string>> = {
  blocks: 'blocks',
  'base-counts': 'the base counts until this is merged',
  shown: 'shown only',
}

/** `This pull request loosens its own gate`, without a full stop; undefined where there is nothing to tell. */
export function policyTitle({ changes }: PolicyRecord, isPullRequest: boolean): string | undefined {
  if (changes.length === 0) return undefined
  const who = isPullRequest ? 'This pull request' : 'This change'
  const loosened = changes.some(({ kind }) => kind === 'loosened')
  return loosened ? `${who} loosens its own gate` : `${who} changes what its gate measures`
}

/** Said once where the base has no suite: nobody else's policy was asked. The caller escapes it. */
export function noPolicySentence({ base, found }: PolicyRecord): string | undefined {
  return found ? undefined : `There is no ${base}, so this suite's own policy counts.`
}
