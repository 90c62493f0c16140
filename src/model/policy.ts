import * as z from 'zod'

/** One thing that a pull request would let its own gate do less strictly than its base does. */
const policyChangeSchema = z.strictObject({
  what: z.string().describe('In words: `target of availability`, `experiment one web pod dies`.'),
  from: z.string().describe('What the base says.'),
  to: z.string().describe('What the pull request says.'),
  kind: z.enum(['loosened', 'changed']).describe('Changed: which of the two is stricter cannot be told.'),
  effect: z
    .enum(['blocks', 'base-counts', 'shown'])
    .describe('What follows: it blocks, the base is what this run was held to, or it is only shown.'),
})
export type PolicyChange = z.infer<typeof policyChangeSchema>

/** What the gate of a run was held to, and what the change would make of it. */
export const policySchema = z.strictObject({
  base: z.string().describe('Where the policy was read: `seaworthy.yaml at ba5e000`.'),
  found: z.boolean().describe('False: there is no suite at the base, so that of the change counts.'),
  changes: z.array(policyChangeSchema),
})
export type PolicyRecord = z.infer<typeof policySchema>

/** `target of availability: 99.5 % → 90 %`. */
export function policySentence({ what, from, to }: PolicyChange): string {
  return `${what}: ${from} → ${to}`
}

/** Why a run fails that would loosen what its base requires, whatever was measured. */
export function loosenedReason(change: PolicyChange): { readonly code: 'GATE_LOOSENED'; readonly detail: string } {
  return { code: 'GATE_LOOSENED', detail: `this change loosens its own gate: ${policySentence(change)}` }
}

/** What a suite demands of pull requests that change it. */
export interface PolicySpec {
  /** Names of experiments that may neither be removed nor loosened; true for all. */
  readonly required: boolean | readonly string[]
  readonly onInconclusive: 'fail' | 'any'
  readonly mode: 'enforce' | 'any'
}
