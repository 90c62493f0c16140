import * as z from 'zod'
import { listOf, nameSchema, optionalWith } from './parts.ts'

export const policySchema = z.strictObject({
  required: optionalWith(
    z.union([z.boolean(), listOf(nameSchema, 1)]),
    false,
    'Experiments that a pull request may neither remove nor loosen, with the objectives that they are judged by: names, or true for all.',
  ),
  'on-inconclusive': optionalWith(
    z.enum(['fail', 'any']),
    'any',
    'fail: no input can let an inconclusive verdict pass. any: the input `on-inconclusive` decides.',
  ),
  mode: optionalWith(
    z.enum(['enforce', 'any']),
    'any',
    'enforce: no input can make the run of a pull request a mere report or plan. any: the input `mode` decides.',
  ),
})
export type PolicyInput = z.output<typeof policySchema>
