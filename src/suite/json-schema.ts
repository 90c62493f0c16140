import * as z from 'zod'
import { FAULT_TYPES } from '../faults/registry.ts'
import type { FaultType } from '../model/fault.ts'
import { documentSchema } from './schema/document.ts'

/** A JSON Schema as data; only what is read here is named. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
  readonly type?: string | readonly string[]
  readonly title?: string
  readonly description?: string
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly $defs?: Readonly<Record<string, JsonSchema>>
}

/** JSON Schema (draft 2020-12) of `seaworthy.yaml` as it is written, for editors; each fault type with its own parameters. */
export function suiteJsonSchema(faultTypes: readonly FaultType[] = FAULT_TYPES): JsonSchema {
  const { $schema, ...generated } = z.toJSONSchema(documentSchema, { io: 'input', override: ownExamples }) as JsonSchema
  const target = generated.$defs?.fault?.properties?.target ?? {}
  const types = Object.fromEntries(faultTypes.map((type) => [`fault-${type.type}`, faultTypeSchema(type)]))
  const defs = { ...generated.$defs, target, ...types, fault: anyFault(faultTypes) }
  return {
    $schema,
    $id: 'https://seaworthy.dev/schema/suite.schema.json',
    title: 'Seaworthy suite',
    ...withVariables({ ...generated, $defs: defs }),
  }
}

/** A key's own examples in place of those of its form; failing these its default. */
function ownExamples({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodType
  jsonSchema: Record<string, unknown>
}): void {
  const own = z.globalRegistry.get(zodSchema)?.examples
  const fallback = jsonSchema.default
  if (Array.isArray(own)) jsonSchema.examples = own
  else if (typeof fallback === 'string' || typeof fallback === 'number') jsonSchema.examples = [fallback]
}

/** The type stands here too, so that editors complete it before it decides between the parameters. */
function anyFault(faultTypes: readonly FaultType[]): JsonSchema {
  return {
    type: 'object',
    properties: {
      type: { enum: faultTypes.map(({ type }) => type), description: 'The fault type; see `seaworthy faults`.' },
    },
    required: ['type', 'target'],
    oneOf: faultTypes.map(({ type }) => ({ $ref: `#/$defs/fault-${type}` })),
  }
}

function faultTypeSchema({ type, summary, parameters, searchable }: FaultType): JsonSchema {
  const { $schema: _, properties, required = [], ...rest } = z.toJSONSchema(parameters, { io: 'input' }) as JsonSchema
  return {
    ...rest,
    title: type,
    description: summary,
    properties: { type: { const: type, description: summary }, target: { $ref: '#/$defs/target' }, ...properties },
    // A parameter that a search varies is not written in the fault.
    required: ['type', 'target', ...required.filter((name) => !Object.hasOwn(searchable, name))],
  }
}

/** Wherever a form is demanded, `${NAME}` may stand: it is replaced before the form is checked. */
const VARIABLE = '\\$\\{'
const NESTED = ['properties', '$defs'] as const
const LISTS = ['anyOf', 'oneOf', 'allOf'] as const
const SINGLE = ['items', 'additionalProperties', 'not', 'if', 'then', 'else'] as const

function withVariables(schema: JsonSchema): JsonSchema {
  const copy: Record<string, unknown> = { ...schema, ...ownVariables(schema) }
  for (const key of NESTED) {
    const members = schema[key]
    if (members)
      copy[key] = Object.fromEntries(Object.entries(members).map(([name, member]) => [name, withVariables(member)]))
  }
  for (const key of LISTS) if (Array.isArray(schema[key])) copy[key] = (schema[key] as JsonSchema[]).map(withVariables)
  for (const key of SINGLE) if (typeof schema[key] === 'object') copy[key] = withVariables(schema[key] as JsonSchema)
  return copy
}

function ownVariables({ type, pattern }: JsonSchema): Partial<JsonSchema> {
  if (pattern !== undefined) return { pattern: `(?:${pattern})|${VARIABLE}` }
  if (type === 'integer' || type === 'number' || type === 'boolean')
    return { type: [type, 'string'], pattern: VARIABLE }
  return {}
}
