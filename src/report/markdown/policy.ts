import type { Journal } from '../../model/journal.ts'
import { MOST_POLICY_CHANGES, noPolicySentence, POLICY_EFFECTS, policyTitle } from '../words/policy.ts'
import { name, sentence } from './inline.ts'
import { table } from './table.ts'

/** What the change would let its own gate do less strictly than its base does, old and new side by side. */
export function policySection({ policy, change }: Pick<Journal, 'policy' | 'change'>): string[] {
  if (policy === null) return []
  const alone = noPolicySentence(policy)
  const title = policyTitle(policy, change !== null && change.pullRequest !== null)
  return [
    ...(alone === undefined ? [] : [`<sub>${sentence(alone)}</sub>`]),
    ...(title === undefined
      ? []
      : [`⚠️ **${title}.** The base is ${sentence(policy.base)}.`, rows(policy.changes).join('\n')]),
    ...more(policy.changes.length),
  ]
}

type Changes = NonNullable<Journal['policy']>['changes']

function rows(changes: Changes): string[] {
  const columns = ['what', 'base', 'this change', ''].map((head) => ({ head, align: 'left' as const }))
  return table(
    columns,
    changes
      .slice(0, MOST_POLICY_CHANGES)
      .map(({ what, from, to, effect }) => [
        name(what, 120),
        sentence(from, 80),
        sentence(to, 80),
        effect === 'blocks' ? `**${POLICY_EFFECTS[effect]}**` : POLICY_EFFECTS[effect],
      ]),
  )
}

function more(count: number): string[] {
  return count <= MOST_POLICY_CHANGES ? [] : [`And ${count - MOST_POLICY_CHANGES} more, in the journal.`]
}
