import * as z from 'zod'

/** A schema as a custom resource definition may hold it: structural, without references and alternatives. */
export interface StructuralSchema {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, StructuralSchema>>
  readonly items?: StructuralSchema
  readonly additionalProperties?: StructuralSchema
  readonly required?: readonly string[]
  readonly default?: unknown
  readonly [keyword: string]: unknown
}

/** What the API server takes of JSON Schema besides the members that are walked; all else would be refused or ignored. */
const KEPT = [
  'type',
  'description',
  'default',
  'enum',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'pattern',
  'required',
]

/**
 * The structural OpenAPI v3 schema of a zod schema, as its input is written. Unknown members of an object are pruned by the
 * API server; a record of anything becomes an object whose members are kept as they are.
 * Throws for what has no structural form (unions, references), so that it is found when the schemas are generated.
 */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  return convert(z.toJSONSchema(schema, { io: 'input', target: 'openapi-3.0', reused: 'inline' }), 'schema')
}

type JsonSchema = Readonly<Record<string, unknown>>

function convert(schema: JsonSchema, path: string): StructuralSchema {
  for (const keyword of ['$ref', 'anyOf', 'oneOf', 'allOf', 'not']) {
    if (keyword in schema) throw new Error(`${path} has ${keyword}, which has no structural form`)
  }
  const plain = Object.fromEntries(KEPT.flatMap((keyword) => (keyword in schema ? [[keyword, schema[keyword]]] : [])))
  return { ...plain, ...integerFormat(schema), ...members(schema, path) }
}

/** Without it the API server's own clients read whole numbers as 32 bits wide. */
function integerFormat({ type }: JsonSchema): { format?: string } {
  return type === 'integer' ? { format: 'int64' } : {}
}

function members(schema: JsonSchema, path: string): StructuralSchema {
  if (schema.items) return { items: convert(schema.items as JsonSchema, `${path}[]`) }
  if (schema.properties) {
    const properties = Object.entries(schema.properties as Readonly<Record<string, JsonSchema>>)
    return { properties: Object.fromEntries(properties.map(([name, one]) => [name, convert(one, `${path}.${name}`)])) }
  }
  const values = schema.additionalProperties as JsonSchema | false | undefined
  if (schema.type !== 'object' || !values) return {}
  return Object.keys(values).length === 0
    ? { 'x-kubernetes-preserve-unknown-fields': true }
    : { additionalProperties: convert(values, `${path}{}`) }
}
