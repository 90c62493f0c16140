import * as z from 'zod'

/**
 * What `seaworthy doctor` found; the shape of its `--json`. `schema/doctor.schema.json` is generated from here.
 */
export const SECTIONS = [
  'machine',
  'suite',
  'cluster',
  'namespace',
  'rights',
  'engine',
  'nodes',
  'prometheus',
  'leftovers',
  'github',
] as const
export type Section = (typeof SECTIONS)[number]

const findingSchema = z.strictObject({
  section: z.enum(SECTIONS),
  what: z.string().describe('What was looked at, in a word or two: `Node.js`, `clock`, the name of a node.'),
  status: z
    .enum(['ok', 'warning', 'problem', 'skipped'])
    .describe('problem: it would stop a run. skipped: it was not looked at, and the detail says why.'),
  detail: z.string(),
  remedy: z.string().nullable().describe('What to do about it.'),
})
export type Finding = z.infer<typeof findingSchema>

export const diagnosisSchema = z.strictObject({
  version: z.literal(1),
  tool: z.strictObject({ name: z.literal('seaworthy'), version: z.string() }),
  fit: z.boolean().describe('No finding is a problem. The exit code is 0 then, and 2 otherwise.'),
  findings: z.array(findingSchema),
})
export type Diagnosis = z.infer<typeof diagnosisSchema>

/** JSON Schema (draft 2020-12) of `seaworthy doctor --json`. */
export function diagnosisJsonSchema(): object {
  return {
    $id: 'https://seaworthy.dev/schema/doctor.schema.json',
    title: 'Seaworthy doctor',
    ...z.toJSONSchema(diagnosisSchema),
  }
}
