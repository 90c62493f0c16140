import * as z from 'zod'
import { titleOf } from '../../kit/scalars.ts'
import { shown } from '../../kit/shown.ts'

/**
 * Small schemas that several parts of a suite share, each with the one message that it can give.
 * What was just made is registered with what it means: `describe` and `meta` would make it twice.
 */

/** A text with a form: its message says what it is, what it must look like, and an example. */
export function text(what: string, pattern: RegExp, form: string, ...examples: [string, ...string[]]) {
  const error = ({ input }: { readonly input?: unknown }) =>
    input === undefined ? `${what} is missing; expected ${form}, such as ${examples[0]}` : undefined
  const wrong = ({ input }: { readonly input?: unknown }) =>
    `${shown(input)} is not ${what}; expected ${form}, such as ${examples[0]}`
  return z
    .string({ error })
    .regex(pattern, { error: wrong })
    .register(z.globalRegistry, { title: titleOf(what), examples })
}

/** One line without control characters, as reports show names. */
export const nameSchema = text(
  'a name',
  /^[^\s\p{Cc}\p{Zl}\p{Zp}](?:[^\p{Cc}\p{Zl}\p{Zp}]{0,98}[^\s\p{Cc}\p{Zl}\p{Zp}])?$/u,
  'one line of 1 to 100 characters',
  'checkout',
)

/** Any text but an empty one. */
export const someText = (what: string, example: string) => text(what, /\S/, 'some text', example)

const URL_FORM = 'http:// or https:// and a host'

/** A password would reach logs and reports, and is not shown by the message that refuses it either. */
export const urlSchema = z
  .string({
    error: ({ input }) =>
      input === undefined ? `an address is missing; expected ${URL_FORM}, such as http://web/checkout` : undefined,
  })
  .regex(/^https?:\/\/[^\s/@]+(?:\/\S*)?$/, {
    error: ({ input }) =>
      /^[a-z]+:\/\/[^\s/]*@/i.test(String(input))
        ? 'an address cannot hold a user or a password, which would be seen in logs and reports; expected http:// or https:// and the host alone'
        : `${shown(input)} is not an address; expected ${URL_FORM}, such as http://web/checkout`,
  })
  .meta({ title: 'Address', examples: ['http://web/checkout'] })

export const serviceNameSchema = text(
  'a service name',
  /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/,
  'small letters, digits and dashes, a letter first',
  'web',
)

export const portNameSchema = text(
  'a port name',
  /^[a-z](?:[-a-z0-9]{0,13}[a-z0-9])?$/,
  'small letters, digits and dashes, at most 15',
  'http',
)

export const workloadSchema = text(
  'a workload',
  /^(?:[A-Z][A-Za-z]{0,40}\/)?[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/,
  'Kind/name on Kubernetes, or the name of a service',
  'Deployment/web',
  'web',
)

export const urlPathSchema = text('a path', /^\/\S*$/, 'a path that starts with a slash', '/healthz')

export const labelsSchema = z.record(
  text(
    'a label name',
    /^[A-Za-z0-9](?:[-A-Za-z0-9_./]{0,251}[A-Za-z0-9])?$/,
    'letters, digits, dashes, dots and slashes',
    'tier',
  ),
  text(
    'a label value',
    /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
    'at most 63 letters, digits, dashes, dots and underscores',
    'backend',
  ),
)

export const environmentSchema = z.record(
  text('a variable name', /^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and underscores', 'LOG_LEVEL'),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
)

/** A list in which nothing is named twice. */
export function listOf<Item extends z.ZodType>(item: Item, least = 0) {
  return z
    .array(item)
    .min(least)
    .superRefine((items, context) => {
      for (const [place, value] of items.entries()) {
        const first = items.indexOf(value)
        if (first !== place)
          context.addIssue({ code: 'custom', path: [place], message: `${shown(value)} is in this list twice` })
      }
    })
}

/** A mapping of which exactly one of some keys must be there; editors are told by `oneOf`. */
export function exactlyOne<Shape extends z.core.$ZodShape>(shape: Shape, keys: readonly (keyof Shape & string)[]) {
  return z
    .strictObject(shape)
    .superRefine((value, context) => {
      const present = keys.filter((key) => (value as Record<string, unknown>)[key] !== undefined)
      if (present.length === 1) return
      const wanted = `exactly one of ${keys.join(', ')} belongs here`
      const [, second] = present
      if (second === undefined) context.addIssue({ code: 'custom', path: [], message: `${wanted}; found none of them` })
      else
        context.addIssue({
          code: 'custom',
          path: [second],
          message: `${wanted}; found ${present.join(' and ')}`,
          params: { onKey: true },
        })
    })
    .register(z.globalRegistry, { oneOf: keys.map((key) => ({ required: [key] })) })
}

/** A key that may be left out, with the value that then holds; the text names it for people. */
export function optionalWith<Schema extends z.ZodType>(schema: Schema, value: z.input<Schema>, meaning: string) {
  const made = schema.prefault(value as z.core.util.NoUndefined<z.input<Schema>>)
  z.globalRegistry.add(made, { description: `${meaning} Default: ${spokenDefault(schema, value)}.` })
  return made
}

function spokenDefault(schema: z.ZodType, value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (Object.keys(value).length > 0) return JSON.stringify(value).replaceAll('"', '').replaceAll(':', ': ')
  return schema instanceof z.ZodObject ? 'what its keys say' : 'none'
}
