import * as z from 'zod'

/** What one object may hold, as JSON: the API server takes ten times as much, and a Fault object keeps all of it. */
const MOST_BYTES = 65_536

/** Groups whose objects give rights, change what the API accepts, or are the faults themselves: never written on anybody's behalf. */
const REFUSED_GROUPS: readonly string[] = [
  'rbac.authorization.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'certificates.k8s.io',
  'seaworthy.dev',
]
const REFUSED_KINDS: readonly string[] = ['Namespace', 'Node', 'PersistentVolume', 'ServiceAccount']

/** Names of an object's type and of the object itself. Made when they are asked for. */
export function apiVersionKey() {
  return z
    .string()
    .max(253)
    .regex(/^(?:[a-z0-9](?:[-a-z0-9.]{0,200}[a-z0-9])?\/)?v[0-9][a-z0-9]{0,20}$/, {
      error: 'Not the version of an API, such as apps/v1.',
    })
    .refine((version) => !REFUSED_GROUPS.includes(version.split('/')[0] ?? ''), {
      error: 'Objects of this group give rights or change what the cluster accepts, and are not written by a fault.',
    })
}

export function kindKey() {
  return z
    .string()
    .regex(/^[A-Z][A-Za-z0-9]{0,62}$/, { error: 'Not the kind of an object, such as Ingress.' })
    .refine((kind) => !REFUSED_KINDS.includes(kind), { error: 'An object of this kind is not written by a fault.' })
}

export function objectNameKey() {
  return z.string().regex(/^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/, { error: 'Not the name of an object.' })
}

/** Free-form content, within bounds. */
export function contentKey() {
  return z.record(z.string(), z.unknown()).refine(isSmall, { error: TOO_LARGE })
}

export const TOO_LARGE = 'That is more than 64 KiB.'

export function isSmall(value: unknown): boolean {
  return new TextEncoder().encode(JSON.stringify(value)).length <= MOST_BYTES
}

/** An object in the namespace of the fault; it is named after the fault, and cannot lie elsewhere. */
export function manifestKey() {
  return z
    .looseObject({
      apiVersion: apiVersionKey().describe('Group and version, such as networking.k8s.io/v1.'),
      kind: kindKey().describe('Kind, such as ResourceQuota.'),
      metadata: z
        .strictObject({
          labels: z.record(z.string().max(317), z.string().max(63)).optional().describe('Labels.'),
          annotations: z.record(z.string().max(317), z.string().max(4_096)).optional().describe('Annotations.'),
        })
        .optional()
        .describe('Labels and annotations; name and namespace are those of the fault.'),
    })
    .refine(isSmall, { error: TOO_LARGE })
}

/** How often objects come and go. */
export const SHORTEST_PERIOD_MS = 1_000
