import * as z from 'zod'

/** Whether a fault did what it was meant to do, and how we know: the engine's word and an effect seen in the data plane. */
export const evidenceSchema = z.strictObject({
  fault: z.string().describe('Id of the fault in the plan, such as e2f1.'),
  type: z.string(),
  status: z.enum(['proven', 'not-injected', 'not-effective', 'not-observed']),
  injected: z
    .array(z.strictObject({ target: z.string(), ok: z.boolean(), detail: z.string() }))
    .describe("The engine's word, for each target."),
  seen: z.string().describe('One sentence with numbers: what was measured to show the effect.'),
  crossed: z.number().int().describe('Connections of the judged traffic that met the fault.'),
  mechanism: z.string(),
  endedBy: z.enum(['kernel', 'agent', 'nothing-to-end', 'not-ended']),
  injectedAtMs: z.number().describe('Milliseconds since the epoch.'),
  recoveredAtMs: z.number().nullable(),
})
export type Evidence = z.infer<typeof evidenceSchema>
