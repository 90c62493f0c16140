import * as z from 'zod'

const LONGEST = 1_000

/** Text of a server or a pod as a message shows it: on one line, without control characters, at most 1,000 of them. */
export function plainWords(text: string, longest = LONGEST): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain
}

const statusSchema = z.looseObject({
  kind: z.literal('Status'),
  message: z.string().catch(''),
  reason: z.string().catch(''),
  code: z.number().optional().catch(undefined),
  details: z
    .looseObject({
      retryAfterSeconds: z.number().optional().catch(undefined),
      causes: z.array(z.looseObject({ reason: z.string().catch(''), message: z.string().catch('') })).catch([]),
    })
    .optional()
    .catch(undefined),
})
/** The API's own way to say that something did not work (`v1.Status`). */
export type ServerStatus = z.infer<typeof statusSchema>

/** The Status in a body or an event's object, or undefined when it is something else, such as a proxy's page. */
export function readStatus(body: Buffer | unknown): ServerStatus | undefined {
  if (!Buffer.isBuffer(body)) return statusSchema.safeParse(body).data
  try {
    return statusSchema.safeParse(JSON.parse(body.toString('utf8'))).data
  } catch {
    return undefined
  }
}
