import * as z from 'zod'
import type { ObjectMeta } from './object-meta.ts'
import { nodeReadingSchema } from './reading.ts'

/**
 * `faults.seaworthy.dev` (namespaced) and `nodefaults.seaworthy.dev` (cluster): what is asked for, and what became of it.
 * The custom resource definitions are generated from these schemas. Everything in a spec may come from a tenant: it says
 * what to do by type and parameters, never how, and the actors check it against the cluster before they touch anything.
 */
export const FAULT_GROUP = 'seaworthy.dev'
export const FAULT_VERSION = 'v1alpha1'

/** Labels and names that the parts agree on. */
export const RUN_LABEL = 'seaworthy.dev/run'
export const ALLOW_LABEL = 'seaworthy.dev/allow'
/** Besides ALLOW_LABEL on the namespace: permits the open-ended types (patch, apply, script, job). */
export const ALLOW_OPEN_LABEL = 'seaworthy.dev/allow-open'
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by'
export const SYSTEM_NAMESPACE = 'seaworthy-system'
/** The Lease in a preview's namespace: held and renewed by the run that may break things there; one run at a time. */
export const LEASE_NAME = 'seaworthy'
/** Never hurt, whatever their labels say. */
export const PROTECTED_NAMESPACES: readonly string[] = [
  'kube-system',
  'kube-public',
  'kube-node-lease',
  SYSTEM_NAMESPACE,
]

const peersSchema = z.strictObject({
  v4: z.array(z.string()).max(512).describe('IPv4 addresses and ranges.'),
  v6: z.array(z.string()).max(512).describe('IPv6 addresses and ranges.'),
})
export type Peers = z.infer<typeof peersSchema>

/** Names become parts of paths, of files and of the API: what could lead elsewhere is no name. */
const UID = /^[0-9A-Za-z-]+$/
const OBJECT_NAME = /^[A-Za-z0-9][-A-Za-z0-9._:]*$/

const targetSchema = z.strictObject({
  kind: z
    .string()
    .max(63)
    .regex(/^[A-Z][A-Za-z0-9]*$/)
    .describe('Pod, Deployment, StatefulSet, DaemonSet, Node, Namespace or, for open-ended types, any kind.'),
  name: z.string().max(253).regex(OBJECT_NAME),
  uid: z
    .string()
    .max(64)
    .regex(UID)
    .describe('The object must still have this UID: one of the same name that came later is not hurt.'),
  container: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
    .optional()
    .describe('Default: the first container of the pod.'),
  replaces: z.string().max(64).regex(UID).optional().describe('UID of the target that this one took the place of.'),
})
export type FaultTarget = z.infer<typeof targetSchema>

export const END_REASONS = ['request', 'abort', 'lease', 'deadline', 'cleanup'] as const

export const faultSpecSchema = z.strictObject({
  type: z
    .string()
    .max(63)
    .regex(/^[a-z][-a-z0-9]*$/)
    .describe('A fault type: see `seaworthy faults`.'),
  parameters: z.record(z.string(), z.unknown()).describe("The type's own parameters, written as in a suite."),
  targets: z
    .array(targetSchema)
    .max(500)
    .describe('What is hurt, frozen by name and UID. All of it lies in this namespace.'),
  durationMs: z
    .int()
    .min(100)
    .max(3_600_000)
    .describe('The fault ends this long after it was injected, whoever is gone by then.'),
  active: z
    .boolean()
    .default(true)
    .describe('false: targets are found, checked and watched, and nothing is broken yet.'),
  peers: peersSchema
    .optional()
    .describe('Addresses of the other side that `to` names; filled in and kept up to date by the controller.'),
  seed: z.int().min(0).default(1),
  run: z
    .string()
    .max(63)
    .regex(/^[A-Za-z0-9]([-A-Za-z0-9._]*[A-Za-z0-9])?$/)
    .optional(),
  lease: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/)
    .optional()
    .describe('A Lease of this namespace: when it has expired, or its holder is not `run`, the fault is ended.'),
  end: z
    .strictObject({ by: z.enum(END_REASONS), at: z.string() })
    .optional()
    .describe('Set to end the fault and to keep the record of how it ended; deleting the object ends it as well.'),
})
export type FaultSpecification = z.infer<typeof faultSpecSchema>

export const TARGET_PHASES = ['Prepared', 'Injected', 'Recovered', 'Refused', 'Failed', 'Gone'] as const

/** One target's record; the actor that hurts it is the only one to write it (server-side apply, one entry a UID). */
const targetStatusSchema = z.strictObject({
  uid: z.string(),
  name: z.string().optional(),
  node: z.string().optional(),
  phase: z.enum(TARGET_PHASES).optional(),
  mechanism: z.string().optional(),
  message: z.string().max(1_024).optional().describe('Why it was refused or failed, or what it waits for.'),
  preparedAt: z.string().optional(),
  injectedAt: z.string().optional().describe('RFC 3339 with microseconds; the clock of the node.'),
  expiresAt: z.string().optional(),
  recoveredAt: z.string().optional(),
  endedBy: z.enum(['kernel', 'daemon', 'controller', 'nothing-to-end']).optional(),
  endReason: z.enum(END_REASONS).optional(),
  before: nodeReadingSchema.optional(),
  under: nodeReadingSchema.optional(),
  after: nodeReadingSchema.optional(),
  leftovers: z.array(z.string().max(512)).max(32).optional(),
})
export type TargetStatus = z.infer<typeof targetStatusSchema>

/** What a daemon saw of the traffic of a target that somebody else hurts; the daemon's own entry, one a UID. */
const witnessStatusSchema = z.strictObject({
  uid: z.string(),
  packets: z
    .int()
    .describe(
      "Packets between the target and others than its node since the fault was prepared, without the daemon's own.",
    ),
})

export const CONDITIONS = ['Selected', 'Injected', 'Recovered', 'Failed'] as const
const conditionSchema = z.strictObject({
  type: z.enum(CONDITIONS),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().max(128),
  message: z.string().max(2_048),
  lastTransitionTime: z.string(),
  observedGeneration: z.int().optional(),
})
export type FaultCondition = z.infer<typeof conditionSchema>

export const faultStatusSchema = z.strictObject({
  /** List maps, so that several actors can each apply their own entries: keys `type` and `uid`. */
  conditions: z.array(conditionSchema).optional(),
  targets: z.array(targetStatusSchema).optional(),
  witness: z.array(witnessStatusSchema).optional(),
})
export type FaultStatus = z.infer<typeof faultStatusSchema>

export interface FaultObject {
  readonly apiVersion: string
  readonly kind: 'Fault' | 'NodeFault'
  readonly metadata: ObjectMeta
  readonly spec: FaultSpecification
  readonly status?: FaultStatus
}
