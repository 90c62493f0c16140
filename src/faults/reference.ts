import * as z from 'zod'
import type { ClusterFault } from '../model/cluster/recipe.ts'
import type { ClusterNotes, DocumentedFault, FaultNotes, PlatformNotes } from './define-fault.ts'
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
  /** How it behaves in a cluster; undefined where it does not run there. */
  readonly cluster: Omit<ClusterFault<unknown>, 'recipe' | 'effect'> | undefined
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
  readonly items?: Property
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
    cluster: clusterFacts(fault),
    ...fault.notes,
  }))
}

function clusterFacts({ cluster }: DocumentedFault): FaultFacts['cluster'] {
  if (!cluster) return undefined
  const { recipe: _recipe, effect: _effect, ...facts } = cluster
  return facts
}

/** The page docs/faults.md, in Markdown. */
export function faultReference(): string {
  const faults = listFaults()
  const groups = [...new Set(faults.map(({ group }) => group))]
  return [
    '# Faults',
    'Generated from the fault types; do not edit. `seaworthy faults --json` prints the same as data.',
    'Every fault also takes `type` and `target: {workload, labels, mode, value}`; a fault whose effect was not seen is never part of a pass.',
    'A network fault acts on the traffic of its target: on platform process on the links on which the target is called and those on which it calls, on Kubernetes on the packets of its pods. `direction` is seen from the target: `to` is what it sends, `from` is what it receives.',
    ON_KUBERNETES,
    table(
      ['fault', 'does', 'platforms', 'default mode'],
      faults.map(({ type, summary, platforms, defaultMode }) => [
        `[${type}](#${type})`,
        summary,
        platforms.join(', '),
        defaultMode,
      ]),
    ),
    ...groups.flatMap((group) => [
      `## ${GROUP_TITLES[group] ?? group}`,
      ...faults.filter((fault) => fault.group === group).map(faultSection),
    ]),
    '',
  ].join('\n\n')
}

const ON_KUBERNETES =
  'On Kubernetes a fault is an object in the namespace that it hurts (`faults.seaworthy.dev`), or of the cluster where it hurts a node (`nodefaults.seaworthy.dev`). Who may create it there may hurt what is there: the namespace, or the node, must carry the label `seaworthy.dev/allow: "true"`, and for types that are open-ended `seaworthy.dev/allow-open: "true"` as well. What is not looked at under the fault is never believed. A fault on a node hurts the node on which the chosen pod runs, and with it every other pod there.'

const GROUP_TITLES: Readonly<Record<string, string>> = {
  workload: 'Workloads',
  network: 'Network',
  application: 'Application',
  resource: 'Resources',
  node: 'Nodes',
  open: 'Open-ended',
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
    ...platformNotes(fault),
    `\`\`\`yaml\nfault: ${fault.example}\n\`\`\``,
  ].join('\n\n')
}

function platformNotes({ platforms, kubernetes, cluster, ...notes }: FaultFacts): readonly string[] {
  const list = (title: string, facts: PlatformNotes, more: readonly string[]) =>
    [
      `**On platform ${title}**`,
      '',
      `- **Mechanism:** ${facts.mechanism}`,
      `- **Believed when:** ${facts.proof}`,
      `- **Ends:** ${facts.ends}`,
      ...more,
    ].join('\n')
  return [
    ...(platforms.includes('process') ? [list('process', notes, [])] : []),
    ...(kubernetes && cluster ? [list('kubernetes', kubernetes, clusterLines(kubernetes, cluster))] : []),
  ]
}

function clusterLines({ notRun }: ClusterNotes, cluster: NonNullable<FaultFacts['cluster']>): readonly string[] {
  const { scope, actor, targets, open, crossing, onReplaced } = cluster
  const [object, place] = scope === 'node' ? ['nodefaults', 'node'] : ['faults', 'namespace']
  const labels = `\`seaworthy.dev/allow\`${open ? ' and `seaworthy.dev/allow-open`' : ''}`
  const replaced = onReplaced === 're-apply' ? 'hurt as well' : 'not hurt, and reported'
  return [
    `- **Needs:** the right to create \`${object}.seaworthy.dev\`; the label ${labels} on the ${place}. Done by the ${actor}.`,
    ...(targets === 'pods' ? [`- **A pod that takes the place of one of its targets** is ${replaced}.`] : []),
    `- **Met by users:** ${CROSSING[crossing]}`,
    ...(notRun === undefined ? [] : [`- **Not run by the tests:** ${notRun}`]),
  ]
}

const CROSSING: Readonly<Record<ClusterFault<unknown>['crossing'], string>> = {
  rule: "counted by the fault's own rule.",
  witness: 'counted by the daemon at the pod, from the moment on at which the fault is prepared.',
  none: 'not counted: no packet crosses what is changed.',
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
  if (property.items) return `list of ${formOf(property.items) || property.items.type || 'values'}`
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
