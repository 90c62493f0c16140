import { type CallAnswer, type CallSettings, callServer } from './caller.ts'
import type { CallOptions, KubeClient, KubeObject, Resource } from './kube-client.ts'
import { listPages } from './list-pages.ts'
import { askedOf, jsonOf, objectCall, objectIn } from './object-call.ts'
import { collectionPath, objectPath, queryOf } from './paths.ts'

type ObjectCalls = Pick<KubeClient, 'get' | 'list' | 'create' | 'apply' | 'patch' | 'remove'>

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

/** The calls that deal with objects of a known kind. */
export function createObjectCalls(settings: CallSettings): ObjectCalls {
  const get: KubeClient['get'] = async <T extends KubeObject>(
    resource: Resource,
    name: string,
    namespace?: string,
    options: CallOptions = {},
  ) => {
    const asked = askedOf(settings, 'get', resource, namespace, name)
    const call = objectCall(asked, 'GET', objectPath(resource, name, namespace), options)
    const answer = await callServer(call, settings)
    return answer.status === 404 && isAbsent(answer) ? undefined : objectIn<T>(asked, answer)
  }
  return {
    get,
    list: async (resource, scope = {}, options = {}) =>
      (await listPages(resource, scope, options, settings)).items as never,
    create: (resource, object, options = {}) => create(settings, get, resource, object, options),
    apply: (resource, object, options) =>
      patch(settings, resource, object.metadata.name, object.metadata.namespace, {
        type: 'apply',
        body: object,
        options,
        query: { fieldManager: options.manager, force: options.force ? 'true' : undefined },
      }),
    patch: (resource, name, namespace, body, options) =>
      patch(settings, resource, name, namespace, { type: options.type, body, options, query: {} }),
    remove: (resource, name, namespace, options = {}) => remove(settings, resource, name, namespace, options),
  }
}

/** A 404 by a proxy, or for a kind that is not served, does not say that an object is absent. */
function isAbsent({ body }: CallAnswer): boolean {
  const status = jsonOf(body) as { reason?: unknown; details?: { name?: unknown } } | undefined
  return status?.reason === 'NotFound' && status.details?.name !== undefined
}

async function create<T extends KubeObject>(
  settings: CallSettings,
  get: KubeClient['get'],
  resource: Resource,
  object: T,
  options: CallOptions,
): Promise<T> {
  const { name, namespace } = object.metadata
  const asked = askedOf(settings, 'create', resource, namespace, name)
  const path = `${collectionPath(resource, namespace)}${queryOf({ dryRun: dryRun(options) })}`
  const answer = await callServer(objectCall(asked, 'POST', path, options, object), settings)
  if (answer.status === 409 && answer.repeated) {
    const found = await get<T>(resource, name, namespace, options)
    if (found && isOurs(object, found)) return found
  }
  return objectIn<T>(asked, answer)
}

/** Everything that we wrote into its labels and annotations is there: a run's names and labels are its own. */
function isOurs(written: KubeObject, found: KubeObject): boolean {
  const has = (wanted: Readonly<Record<string, string>> = {}, there: Readonly<Record<string, string>> = {}) =>
    Object.entries(wanted).every(([key, value]) => there[key] === value)
  return (
    found.metadata.deletionTimestamp === undefined &&
    has(written.metadata.labels, found.metadata.labels) &&
    has(written.metadata.annotations, found.metadata.annotations)
  )
}

interface Patch {
  readonly type: keyof typeof PATCH_TYPES
  readonly body: unknown
  readonly options: CallOptions & { readonly subresource?: string }
  readonly query: Readonly<Record<string, string | undefined>>
}

async function patch<T extends KubeObject>(
  settings: CallSettings,
  resource: Resource,
  name: string,
  namespace: string | undefined,
  { type, body, options, query }: Patch,
): Promise<T> {
  const plural = options.subresource === undefined ? resource.plural : `${resource.plural}/${options.subresource}`
  const asked = askedOf(settings, 'patch', { ...resource, plural }, namespace, name)
  const path = `${objectPath(resource, name, namespace, options.subresource)}${queryOf({ ...query, dryRun: dryRun(options) })}`
  const call = objectCall(asked, 'PATCH', path, options, body, PATCH_TYPES[type])
  // A JSON patch can add to a list, and would do it twice.
  return objectIn<T>(asked, await callServer({ ...call, repeat: type === 'json' ? 'unsent' : 'safe' }, settings))
}

async function remove(
  settings: CallSettings,
  resource: Resource,
  name: string,
  namespace: string | undefined,
  options: NonNullable<Parameters<KubeClient['remove']>[3]>,
): Promise<boolean> {
  const asked = askedOf(settings, 'delete', resource, namespace, name)
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(options.graceSeconds === undefined ? {} : { gracePeriodSeconds: options.graceSeconds }),
    ...(options.uid === undefined ? {} : { preconditions: { uid: options.uid } }),
    propagationPolicy: options.propagation ?? 'Background',
    ...(options.dryRun ? { dryRun: ['All'] } : {}),
  }
  const answer = await callServer(
    objectCall(asked, 'DELETE', objectPath(resource, name, namespace), options, body),
    settings,
  )
  // After a lost answer, `not there` is most likely our own doing.
  if (answer.status === 404 && isAbsent(answer)) return answer.repeated
  objectIn(asked, answer)
  return true
}

function dryRun({ dryRun }: CallOptions): string | undefined {
  return dryRun ? 'All' : undefined
}
