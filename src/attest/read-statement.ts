import * as z from 'zod'
import { SeaworthyError } from '../kit/errors.ts'
import { type Statement, statementSchema } from './statement.ts'

/** In which wrapping a statement came: by itself, in a DSSE envelope, or in a bundle of Sigstore. */
type Wrapping = 'statement' | 'envelope' | 'bundle'

export interface ReadStatement {
  readonly statement: Statement
  readonly wrapping: Wrapping
}

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
const envelopeSchema = z.looseObject({
  payloadType: z.literal(PAYLOAD_TYPE),
  payload: z.base64(),
  signatures: z.array(z.looseObject({ sig: z.string().min(1) })).min(1),
})
const bundleSchema = z.looseObject({
  mediaType: z.string().startsWith('application/vnd.dev.sigstore.bundle'),
  dsseEnvelope: envelopeSchema,
})

/**
 * The statements in a file: JSON, or one JSON document a line as `gh attestation download` writes them. Those about
 * something else than test results are left out. No signature is checked here.
 * Throws SeaworthyError('INPUT') where none is left.
 */
export function readStatements(text: string, path: string): readonly ReadStatement[] {
  const found = documentsOf(text, path).map(unwrap)
  const read = found.flatMap(({ value, wrapping }) => {
    const parsed = statementSchema.safeParse(value)
    return parsed.success ? [{ statement: parsed.data, wrapping }] : []
  })
  if (read.length > 0) return read
  throw new SeaworthyError('INPUT', `${path} holds no test result of Seaworthy: ${whyNot(found)}`, {
    target: path,
    remedy:
      'Name attestation.intoto.json of a run, or the bundle that the attest action or `gh attestation download` wrote.',
  })
}

function documentsOf(text: string, path: string): readonly unknown[] {
  const parse = (json: string): unknown => JSON.parse(json)
  try {
    return [parse(text)]
  } catch (cause) {
    try {
      return text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map(parse)
    } catch {
      throw new SeaworthyError('INPUT', `${path} is not JSON`, { cause, target: path })
    }
  }
}

function unwrap(document: unknown): { readonly value: unknown; readonly wrapping: Wrapping } {
  const bundle = bundleSchema.safeParse(document)
  if (bundle.success) return { value: payloadOf(bundle.data.dsseEnvelope.payload), wrapping: 'bundle' }
  const envelope = envelopeSchema.safeParse(document)
  if (envelope.success) return { value: payloadOf(envelope.data.payload), wrapping: 'envelope' }
  return { value: document, wrapping: 'statement' }
}

function payloadOf(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'))
  } catch {
    return undefined
  }
}

const MOST_ISSUES = 3

function whyNot(found: readonly { readonly value: unknown }[]): string {
  const [first] = found
  if (!first) return 'it is empty'
  const issues = statementSchema.safeParse(first.value).error?.issues ?? []
  return issues
    .slice(0, MOST_ISSUES)
    .map(({ path, message }) => `${path.length === 0 ? 'the document' : path.join('.')}: ${message}`)
    .join('; ')
}
