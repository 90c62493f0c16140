import { FAULT_GROUP, FAULT_VERSION, faultSpecSchema, faultStatusSchema } from '../../model/cluster/fault-object.ts'
import { type StructuralSchema, structuralSchema } from './structural-schema.ts'

export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1'
  readonly kind: 'CustomResourceDefinition'
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  readonly spec: Readonly<Record<string, unknown>>
}

interface Naming {
  readonly kind: 'Fault' | 'NodeFault'
  readonly plural: string
  readonly shortName: string
  readonly scope: 'Namespaced' | 'Cluster'
  readonly description: string
}

const FAULT: Naming = {
  kind: 'Fault',
  plural: 'faults',
  shortName: 'swf',
  scope: 'Namespaced',
  description:
    'A fault in the namespace in which it lies: what is hurt, how, and for how long; its status says what became of it.',
}
const NODE_FAULT: Naming = {
  kind: 'NodeFault',
  plural: 'nodefaults',
  shortName: 'swnf',
  scope: 'Cluster',
  description: 'A fault on whole nodes: what is hurt, how, and for how long; its status says what became of it.',
}

/** `faults.seaworthy.dev` and `nodefaults.seaworthy.dev`, with the labels that every object of ours has. Pure. */
export function faultDefinitions(labels: Readonly<Record<string, string>>): readonly CustomResourceDefinition[] {
  return [FAULT, NODE_FAULT].map((naming) => definition(naming, labels))
}

function definition(naming: Naming, labels: Readonly<Record<string, string>>): CustomResourceDefinition {
  const { kind, plural, shortName, scope } = naming
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${FAULT_GROUP}`, labels },
    spec: {
      group: FAULT_GROUP,
      scope,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [shortName],
        categories: ['seaworthy'],
      },
      versions: [
        {
          name: FAULT_VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: COLUMNS,
          schema: { openAPIV3Schema: objectSchema(naming) },
        },
      ],
    },
  }
}

const condition = (type: string, member: string) => `.status.conditions[?(@.type=="${type}")].${member}`

/** `Reason` is why something failed, or that nothing did. `Ends` is when the first target's fault ends by itself. */
const COLUMNS = [
  { name: 'Type', type: 'string', jsonPath: '.spec.type' },
  { name: 'Targets', type: 'string', jsonPath: '.spec.targets[*].name' },
  { name: 'Injected', type: 'string', jsonPath: condition('Injected', 'status') },
  { name: 'Recovered', type: 'string', jsonPath: condition('Recovered', 'status') },
  { name: 'Reason', type: 'string', jsonPath: condition('Failed', 'reason') },
  { name: 'Ends', type: 'string', jsonPath: '.status.targets[0].expiresAt' },
  { name: 'Run', type: 'string', jsonPath: '.spec.run', priority: 1 },
  { name: 'Message', type: 'string', jsonPath: condition('Failed', 'message'), priority: 1 },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
]

function objectSchema({ description }: Naming): StructuralSchema {
  return {
    type: 'object',
    description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: specSchema(),
      status: statusSchema(),
    },
  }
}

/** Two members that stay as they were, whether they are there or not. */
const unchanged = (name: string) => ({
  rule: `has(self.${name}) == has(oldSelf.${name}) && (!has(self.${name}) || self.${name} == oldSelf.${name})`,
  message: `${name} cannot be changed: create another fault`,
})

/**
 * What was checked when a fault was created stays so: whoever may only update a fault cannot turn it into another one.
 * The API server cannot compare `parameters`, whose members it does not know: the actors freeze them when they first see them.
 */
const SPEC_RULES = [
  ...['type', 'durationMs', 'seed', 'run', 'lease'].map(unchanged),
  { rule: '!oldSelf.active || self.active', message: 'a fault that is on is ended with `end`, not by `active: false`' },
  { rule: '!has(oldSelf.end) || has(self.end)', message: 'a fault that was ended stays so: create another one' },
  {
    rule: 'oldSelf.targets.all(old, self.targets.exists(one, one.uid == old.uid))',
    message: 'targets can only be added: create another fault',
  },
]

function specSchema(): StructuralSchema {
  const spec = structuralSchema(faultSpecSchema)
  const { targets, peers, ...others } = spec.properties ?? {}
  return {
    ...spec,
    description: 'What is asked for.',
    properties: {
      ...others,
      targets: {
        ...targets,
        // A fault without targets would stay without effect and without a word.
        minItems: 1,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['uid'],
        items: {
          ...targets?.items,
          'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'a target cannot be changed' }],
        },
      },
      peers: { ...peers, properties: Object.fromEntries(Object.entries(peers?.properties ?? {}).map(addressList)) },
    },
    'x-kubernetes-validations': SPEC_RULES,
  }
}

/** The longest range: eight groups of IPv6 and a prefix length. */
const LONGEST_ADDRESS = 45

function addressList([family, list]: [string, StructuralSchema]): [string, StructuralSchema] {
  return [family, { ...list, items: { ...list.items, maxLength: LONGEST_ADDRESS }, 'x-kubernetes-list-type': 'atomic' }]
}

/** Each actor applies its own entries, so that no two of them ever conflict. */
const LIST_KEYS: Readonly<Record<string, string>> = { conditions: 'type', targets: 'uid', witness: 'uid' }

function statusSchema(): StructuralSchema {
  const status = structuralSchema(faultStatusSchema)
  const lists = Object.entries(status.properties ?? {}).map(([name, list]) => {
    const key = LIST_KEYS[name]
    return [name, key ? { ...list, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] } : list]
  })
  return {
    ...status,
    description: 'What became of it; written by the actors alone.',
    properties: Object.fromEntries(lists),
  }
}
