import * as z from 'zod'
import type { DocumentedFault, FaultNotes } from './define-fault.ts'
import { FAULT_TYPES } from './registry.ts'

interface ParameterFacts {
  readonly name: string
  /** In words: `a number of …`, one of a list. */
  readonly form: string
  readonly required: boolean
  /** As a suite would write it; undefined when there is none. */
  readonly default: unknown
  readonly description: string
  /** A search may vary it. */
  readonly searchable: boolean
}

export interface FaultFacts extends FaultNotes {
  readonly type: string
  readonly group: string
  readonly summary: string
  readonly platforms: readonly string[]
  readonly defaultMode: string
  readonly parameters: readonly ParameterFacts[]
}

interface Property {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly examples?: readonly unknown[]
  readonly description?: string
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Property>>
  readonly required?: readonly string[]
}

/** Every fault type as data, for `seaworthy faults --json`. */
export function listFaults(): readonly FaultFacts[] {
  return FAULT_TYPES.map((fault) => ({
    type: fault.type,
    group: fault.group,
    summary: fault.summary,
    platforms: fault.platforms,
    defaultMode: fault.defaultMode,
    parameters: parametersOf(fault),
    ...fault.notes,
  }))
}

/** The page docs/faults.md, in Markdown. */
export function faultReference(): string {
  const faults = listFaults()
  const groups = [...new Set(faults.map(({ group }) => group))]
  return [
    '# Faults',
    'Generated from the fault types; do not edit. `seaworthy faults --json` prints the same as data.',
    'Every fault also takes `type` and `target: {workload, labels, mode, value}`; a fault whose effect was not seen is never part of a pass.',
    'A network fault acts on the links of its target: those on which the target is called and those on which it calls. `direction` is seen from the target: `to` is what it sends, `from` is what it receives.',
    table(
      ['fault', 'does', 'default mode'],
      faults.map(({ type, summary, defaultMode }) => [`[${type}](#${type})`, summary, defaultMode]),
    ),
    ...groups.flatMap((group) => [
      `## ${GROUP_TITLES[group] ?? group}`,
      ...faults.filter((fault) => fault.group === group).map(faultSection),
    ]),
    '',
  ].join('\n\n')
}

const GROUP_TITLES: Readonly<Record<string, string>> = {
  workload: 'Workloads',
  network: 'Network',
  application: 'Application',
  resource: 'Resources',
}

function faultSection(fault: FaultFacts): string {
  const parameters = fault.parameters.map(({ name, form, default: fallback, description, required, searchable }) => [
    `\`${name}\`${required ? ' (required)' : ''}${searchable ? ' (searchable)' : ''}`,
    form,
    fallback === undefined ? '' : `\`${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}\``,
    description,
  ])
  return [
    `### ${fault.type}`,
    fault.summary,
    parameters.length === 0 ? 'No parameters.' : table(['parameter', 'value', 'default', 'meaning'], parameters),
    [
      `- **Platforms:** ${fault.platforms.join(', ')}`,
      `- **Mechanism:** ${fault.mechanism}`,
      `- **Believed when:** ${fault.proof}`,
      `- **Ends:** ${fault.ends}`,
    ].join('\n'),
    `\`\`\`yaml\nfault: ${fault.example}\n\`\`\``,
  ].join('\n\n')
}

function parametersOf(fault: DocumentedFault): readonly ParameterFacts[] {
  const schema = z.toJSONSchema(fault.parameters, { io: 'input' }) as Property
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    form: formOf(property),
    required: schema.required?.includes(name) ?? false,
    default: property.default,
    description: property.description ?? '',
    searchable: Object.hasOwn(fault.searchable, name),
  }))
}

function formOf(property: Property): string {
  if (property.enum) return property.enum.map((value) => `\`${value}\``).join(', ')
  if (property.properties) return `\`{${Object.keys(property.properties).join(', ')}}\``
  if (property.examples) return `such as \`${property.examples.slice(0, 2).join('`, `')}\``
  if (property.minimum !== undefined && property.maximum !== undefined)
    return `${property.minimum} to ${property.maximum}`
  return { object: 'names and values', boolean: '`true`, `false`', string: 'text' }[property.type ?? ''] ?? ''
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
