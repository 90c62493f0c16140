import { FAULT_TYPES } from '../faults/registry.ts'
import type { FaultType } from '../model/fault.ts'
import { type JsonSchema, suiteJsonSchema } from './json-schema.ts'

/** A mapping that gets a table of its own. */
interface Section {
  readonly path: string
  readonly schema: JsonSchema
}

/** The page docs/suite-reference.md in Markdown: every key with its form, default, meaning and example, made from the schema. */
export function suiteReference(faultTypes: readonly FaultType[] = FAULT_TYPES): string {
  const schema = suiteJsonSchema(faultTypes)
  const sections = sectionsOf({ path: '', schema }, schema, new Set())
  return [
    '# Suite reference',
    'Generated from the schema; do not edit. `seaworthy schema` prints the same for editors: put `# yaml-language-server: $schema=suite.schema.json` in the first line of the suite.',
    FORMS,
    ...sections.flatMap(({ path, schema: section }) => [
      `## ${path === '' ? 'The file' : `\`${path}\``}`,
      ...intro(section),
      table(section, schema),
    ]),
    '## `fault` by type',
    'Beside `type` and `target` each type has parameters of its own: see [the faults](faults.md).',
    faultTypes.map(({ type, summary }) => `- \`${type}\`: ${summary}`).join('\n'),
    '',
  ].join('\n\n')
}

const FORMS = `Unknown keys are errors. How values are written:

| form | written | means |
| --- | --- | --- |
| Duration | \`500ms\`, \`30s\`, \`2m\`, \`1h\` | at most 24h |
| Percentage | \`99.5%\` | from 0% to 100% |
| Rate | \`50/s\`, \`600/m\` | for each second, minute or hour |
| Size | \`64MiB\`, \`1GB\` | bytes, in steps of 1024 (KiB, MiB, GiB, TiB) or 1000 (kB, MB, GB, TB) |
| Bandwidth | \`1mbit\`, \`2MiB/s\` | bits each second (bit, kbit, mbit, gbit) or bytes each second |

\`\${NAME}\` and \`\${NAME:-default}\` in a value are replaced from the environment after the file was read, so that a value cannot change its structure; \`$\${\` is a plain \`\${\`. Nothing else is expanded: \`$namespace\` in a query is replaced by the namespace under test when the query is sent.`

/** Sections in the order of the keys, each before those inside it; a definition that is used often comes once. */
function sectionsOf(section: Section, root: JsonSchema, seen: Set<string>): readonly Section[] {
  const inner = Object.entries(section.schema.properties ?? {}).flatMap(([key, property]) => {
    const path = section.path === '' ? key : `${section.path}.${key}`
    return nested({ path, schema: property }, root, seen).flatMap((found) => sectionsOf(found, root, seen))
  })
  return [section, ...inner]
}

function nested({ path, schema }: Section, root: JsonSchema, seen: Set<string>): readonly Section[] {
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').at(-1) ?? ''
    const definition = root.$defs?.[name]
    if (!definition || seen.has(name)) return []
    seen.add(name)
    return nested({ path: name, schema: name === 'fault' ? commonFault(root) : definition }, root, seen)
  }
  if (schema.properties) return [{ path, schema }]
  if (isSchema(schema.items)) return nested({ path: `${path}[]`, schema: schema.items }, root, seen)
  if (isSchema(schema.additionalProperties))
    return nested({ path: `${path}.<name>`, schema: schema.additionalProperties }, root, seen)
  return Array.isArray(schema.anyOf)
    ? schema.anyOf.flatMap((branch) => nested({ path, schema: branch as JsonSchema }, root, seen))
    : []
}

function commonFault(root: JsonSchema): JsonSchema {
  const fault = root.$defs?.fault ?? {}
  return {
    type: 'object',
    properties: { ...fault.properties, target: { ...root.$defs?.target, description: 'What is hurt.' } },
    required: fault.required ?? [],
  }
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null
}

function intro(schema: JsonSchema): readonly string[] {
  const choices = Array.isArray(schema.oneOf)
    ? schema.oneOf.flatMap((choice) => (choice as JsonSchema).required ?? [])
    : []
  return choices.length === 0 ? [] : [`Exactly one of ${choices.map((key) => `\`${key}\``).join(', ')}.`]
}

function table({ properties = {}, required = [] }: JsonSchema, root: JsonSchema): string {
  const rows = Object.entries(properties).map(([key, property]) => {
    const [meaning, fallback] = splitDefault(property.description ?? '')
    return [
      `\`${key}\`${required.includes(key) ? ' (required)' : ''}`,
      form(property, root),
      fallback,
      meaning,
      examples(property),
    ]
  })
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [['key', 'form', 'default', 'meaning', 'example'], ['---', '---', '---', '---', '---'], ...rows]
    .map(line)
    .join('\n')
}

/** Descriptions end with their default, so that editors show it too. */
function splitDefault(description: string): readonly [meaning: string, fallback: string] {
  const [meaning = '', fallback = ''] = description.split(' Default: ')
  return [meaning, fallback.replace(/\.$/, '')]
}

function examples({ examples: list }: JsonSchema): string {
  return Array.isArray(list)
    ? list
        .slice(0, 2)
        .map((example) => `\`${typeof example === 'string' ? example : JSON.stringify(example)}\``)
        .join(', ')
    : ''
}

function form(schema: JsonSchema, root: JsonSchema): string {
  if (typeof schema.$ref === 'string') return schema.$ref.split('/').at(-1) ?? ''
  if (schema.title !== undefined) return schema.title
  if (schema.const !== undefined) return `\`${schema.const}\``
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => `\`${value}\``).join(', ')
  if (Array.isArray(schema.anyOf))
    return [...new Set(schema.anyOf.map((branch) => form(branch as JsonSchema, root)))].join(' or ')
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (Array.isArray(schema.type) && schema.pattern === undefined)
    return schema.type.map((one) => form({ type: one }, root)).join(' or ')
  if (type === 'array') return `List of ${form(isSchema(schema.items) ? schema.items : {}, root)}`
  if (type === 'object')
    return isSchema(schema.additionalProperties) && !schema.properties
      ? `Names with ${form(schema.additionalProperties, root)}`
      : 'Mapping'
  return (
    { integer: 'Whole number', number: 'Number', boolean: '`true`, `false`', string: 'Text' }[String(type)] ?? 'Value'
  )
}
