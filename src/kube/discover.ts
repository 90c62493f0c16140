import { SeaworthyError } from '../kit/errors.ts'
import { shown } from '../kit/shown.ts'
import type { CallOptions, KubeClient, Resource } from './kube-client.ts'
import { refusal } from './refusal.ts'

interface ApiResource {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
}

const known = new WeakMap<KubeClient, Map<string, Promise<readonly ApiResource[]>>>()

/**
 * How the server calls a kind, such as `apps/v1`, `Deployment`. Asked once a group and version; what was not found is asked
 * for again, since a definition may have been applied meanwhile. Throws KubeError, or SeaworthyError('PLATFORM') for a
 * kind that the server does not have.
 */
export async function discover(
  client: KubeClient,
  apiVersion: string,
  kind: string,
  options: CallOptions = {},
): Promise<Resource> {
  const match = /^(?:([a-z0-9.-]+)\/)?(v[a-z0-9]+)$/.exec(apiVersion)
  if (!match) throw unknownKind(apiVersion, kind)
  const group = match[1] ?? ''
  const version = match[2] ?? ''
  const cache = known.get(client) ?? new Map<string, Promise<readonly ApiResource[]>>()
  known.set(client, cache)
  const held = cache.get(apiVersion)
  const found = pick(held ? await held : [], kind) ?? pick(await ask(client, cache, apiVersion, options), kind)
  if (!found) throw unknownKind(apiVersion, kind)
  return { group, version, plural: found.name, kind, namespaced: found.namespaced }
}

function pick(resources: readonly ApiResource[], kind: string): ApiResource | undefined {
  // Subresources, such as `deployments/scale`, have kinds as well.
  return resources.find((resource) => resource.kind === kind && !resource.name.includes('/'))
}

function ask(
  client: KubeClient,
  cache: Map<string, Promise<readonly ApiResource[]>>,
  apiVersion: string,
  options: CallOptions,
): Promise<readonly ApiResource[]> {
  const answer = fetchResources(client, apiVersion, options)
  cache.set(apiVersion, answer)
  answer.catch(() => cache.delete(apiVersion))
  return answer
}

async function fetchResources(client: KubeClient, apiVersion: string, options: CallOptions) {
  const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const answer = await client.raw({ method: 'GET', path, ...options })
  if (answer.status === 404) return []
  const asked = { verb: 'get', group: '', resource: path, namespace: undefined, name: undefined }
  if (answer.status !== 200)
    throw refusal({ ...asked, server: client.server, source: client.server }, answer.status, answer.body)
  return readResources(answer.body)
}

function readResources(body: Buffer): readonly ApiResource[] {
  const list = JSON.parse(body.toString('utf8')) as { readonly resources?: unknown }
  return Array.isArray(list.resources) ? list.resources.filter(isApiResource) : []
}

function isApiResource(value: unknown): value is ApiResource {
  if (typeof value !== 'object' || value === null) return false
  const { name, kind, namespaced } = value as Readonly<Record<string, unknown>>
  return typeof name === 'string' && typeof kind === 'string' && typeof namespaced === 'boolean'
}

function unknownKind(apiVersion: string, kind: string): SeaworthyError {
  return new SeaworthyError('PLATFORM', `the cluster has no kind ${shown(kind)} in ${shown(apiVersion)}`, {
    target: kind,
    remedy: 'Install its custom resource definition first, or correct apiVersion and kind.',
  })
}
