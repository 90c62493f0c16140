import { systemClock } from '../../kit/clock.ts'
import { isSeaworthyError, messageOf, SeaworthyError } from '../../kit/errors.ts'
import { discover } from '../../kube/discover.ts'
import type { KubeClient, KubeObject, Resource } from '../../kube/kube-client.ts'
import { KubeError } from '../../kube/kube-error.ts'
import {
  CONFIG_MAPS,
  DAEMON_SETS,
  DEPLOYMENTS,
  JOBS,
  SERVICE_ACCOUNTS,
  SERVICES,
  STATEFUL_SETS,
} from '../../kube/resources.ts'
import type { LedgerEntry, Leftover } from '../../model/ledger.ts'
import type { Ledger } from '../../model/ports.ts'
import type { Manifest } from './manifests.ts'

const FIELD_MANAGER = 'seaworthy'
const PART_LABEL = 'seaworthy.dev/part-of'
const KIND_MS = 15_000
const GONE_MS = 60_000
const POLL_MS = 250

/** Looked through for what a suite applied once and has no more, beside the kinds that it applies now. */
const PRUNED_KINDS: readonly Resource[] = [
  DEPLOYMENTS,
  STATEFUL_SETS,
  DAEMON_SETS,
  SERVICES,
  CONFIG_MAPS,
  { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true },
  SERVICE_ACCOUNTS,
  JOBS,
  { group: 'networking.k8s.io', version: 'v1', plural: 'ingresses', kind: 'Ingress', namespaced: true },
]

export interface ApplyParts {
  readonly client: KubeClient
  readonly ledger: Ledger
  readonly run: string
  readonly suite: string
  readonly namespace: string
}

/** An object that was not there before this run. */
export interface Created {
  readonly id: string
  readonly resource: Resource
  readonly name: string
  readonly namespace: string | undefined
  readonly uid: string | undefined
}

/**
 * Applies the objects on the server side and removes what an earlier run of the same suite applied and is no longer among
 * them. Tells of each object that was not there before. Throws KubeError; SeaworthyError('PLATFORM') for an object that
 * would lie in another namespace.
 */
export async function applyManifests(
  manifests: readonly Manifest[],
  parts: ApplyParts,
  created: (object: Created) => void,
  signal: AbortSignal,
): Promise<void> {
  const applied: { readonly resource: Resource; readonly name: string }[] = []
  for (const manifest of manifests) {
    const resource = await kindOf(manifest, manifests, parts.client, signal)
    const object = labelled(manifest, resource, parts)
    await applyOne(resource, object, parts, created, signal)
    applied.push({ resource, name: object.metadata.name })
  }
  await prune(applied, parts, signal)
}

/** A kind that is defined by one of the manifests is served a moment later. */
async function kindOf(
  { apiVersion, kind }: Manifest,
  manifests: readonly Manifest[],
  client: KubeClient,
  signal: AbortSignal,
): Promise<Resource> {
  const isComing = manifests.some((other) => other.kind === 'CustomResourceDefinition')
  const deadline = systemClock.monotonic() + (isComing ? KIND_MS : 0)
  for (;;) {
    try {
      return await discover(client, apiVersion, kind, { signal })
    } catch (error) {
      if (error instanceof KubeError || !isSeaworthyError(error) || systemClock.monotonic() >= deadline) throw error
    }
    await systemClock.sleep(POLL_MS, signal)
  }
}

function labelled(manifest: Manifest, resource: Resource, { namespace, suite }: ApplyParts) {
  const { metadata } = manifest
  if (resource.namespaced && metadata.namespace !== undefined && metadata.namespace !== namespace)
    throw new SeaworthyError(
      'PLATFORM',
      `${manifest.kind} ${metadata.name} lies in namespace ${metadata.namespace}, and the preview in ${namespace}`,
      { target: metadata.name, remedy: 'Remove metadata.namespace from the manifest: it is set when it is applied.' },
    )
  return {
    ...manifest,
    metadata: {
      ...metadata,
      ...(resource.namespaced ? { namespace } : {}),
      labels: { ...metadata.labels, [PART_LABEL]: labelValue(suite) },
    },
  }
}

/** A suite's name as a label may hold it (RFC 1123 with dots, 63 characters). */
export function labelValue(suite: string): string {
  const value = suite.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 63)
  return value.replaceAll(/^[._-]+|[._-]+$/g, '') || 'suite'
}

async function applyOne(
  resource: Resource,
  object: Manifest,
  { client, ledger, run }: ApplyParts,
  created: (object: Created) => void,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace } = object.metadata
  const before = await client.get(resource, name, namespace, { signal })
  const id = `object-${[namespace, resource.plural, name].filter((part) => part !== undefined).join('-')}-${run}`
  const fresh = { id, resource, name, namespace, uid: undefined }
  if (!before) {
    await ledger.write({ ...ledgerEntry(object, id, namespace), at: systemClock.now() })
    created(fresh)
  }
  const applied = await client.apply(resource, { ...object }, { manager: FIELD_MANAGER, force: true, signal })
  if (!before) created({ ...fresh, uid: applied.metadata.uid })
}

function ledgerEntry({ apiVersion, kind, metadata }: Manifest, id: string, namespace: string | undefined) {
  return { entry: 'object', at: 0, id, apiVersion, kind, namespace, name: metadata.name } satisfies LedgerEntry
}

async function prune(
  applied: readonly { readonly resource: Resource; readonly name: string }[],
  { client, namespace, suite }: ApplyParts,
  signal: AbortSignal,
): Promise<void> {
  const keyOf = ({ group, plural }: Resource) => `${group}/${plural}`
  const kinds = new Map(
    [...PRUNED_KINDS, ...applied.map(({ resource }) => resource)].map((kind) => [keyOf(kind), kind]),
  )
  const kept = new Set(applied.map(({ resource, name }) => `${keyOf(resource)}/${name}`))
  for (const [key, resource] of kinds) {
    if (!resource.namespaced) continue
    const labels = `${PART_LABEL}=${labelValue(suite)}`
    const found = await client.list(resource, { namespace, labels }, { signal }).catch(hiddenFromUs)
    for (const { metadata } of found.filter(
      (object) => !kept.has(`${key}/${object.metadata.name}`) && !isOwned(object),
    ))
      await client.remove(resource, metadata.name, namespace, {
        signal,
        ...(metadata.uid ? { uid: metadata.uid } : {}),
      })
  }
}

/** Its owner's business. */
function isOwned({ metadata }: KubeObject): boolean {
  return (metadata.ownerReferences ?? []).length > 0
}

/** What we may not list we have not applied. */
function hiddenFromUs(error: unknown): readonly KubeObject[] {
  if (error instanceof KubeError && (error.status === 403 || error.status === 404)) return []
  throw error
}

/** Removes what this run created, in reverse order, and waits until it is gone; says what is not. */
export async function removeCreated(
  created: readonly Created[],
  { client, ledger }: Pick<ApplyParts, 'client' | 'ledger'>,
): Promise<readonly Leftover[]> {
  const left: Leftover[] = []
  const removed: Created[] = []
  for (const object of [...created].reverse()) {
    try {
      await client.remove(object.resource, object.name, object.namespace, object.uid ? { uid: object.uid } : {})
      removed.push(object)
    } catch (error) {
      // Another object of the same name came since: that is not ours.
      const isOthers = error instanceof KubeError && error.status === 409
      if (isNoKind(error)) removed.push(object)
      else if (!isOthers) left.push(leftover(object, messageOf(error)))
    }
  }
  const deadline = systemClock.monotonic() + GONE_MS
  const gone = removed.map(async (object): Promise<readonly Leftover[]> => {
    const why = await untilGone(object, client, deadline)
    if (why !== undefined) return [leftover(object, why)]
    await ledger.write({ entry: 'gone', at: systemClock.now(), id: object.id })
    return []
  })
  return [...left, ...(await Promise.all(gone)).flat()]
}

/** A kind that went takes its objects along. */
function unlessGone(error: unknown): string | undefined {
  return isNoKind(error) ? undefined : messageOf(error)
}

function isNoKind(error: unknown): boolean {
  return error instanceof KubeError && error.status === 404
}

async function untilGone(object: Created, client: KubeClient, deadline: number): Promise<string | undefined> {
  for (;;) {
    const found = await client.get(object.resource, object.name, object.namespace).catch(unlessGone)
    if (typeof found === 'string') return found
    if (!found || (object.uid !== undefined && found.metadata.uid !== object.uid)) return undefined
    if (systemClock.monotonic() >= deadline)
      return 'it was deleted and is still there; something holds a finalizer on it'
    await systemClock.sleep(POLL_MS)
  }
}

function leftover({ resource, name, namespace }: Created, why: string): Leftover {
  const where = namespace === undefined ? '' : ` -n ${namespace}`
  return { what: `${resource.kind} ${name}`, why, remedy: `kubectl delete ${resource.plural} ${name}${where}` }
}
