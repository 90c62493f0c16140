import { SeaworthyError } from '../kit/errors.ts'
import type { KubeClient, Resource } from '../kube/kube-client.ts'
import {
  CONFIG_MAPS,
  DAEMON_SETS,
  DEPLOYMENTS,
  JOBS,
  NAMESPACES,
  NODES,
  PODS,
  REPLICA_SETS,
  SERVICES,
  STATEFUL_SETS,
} from '../kube/resources.ts'

const NETWORKING = { group: 'networking.k8s.io', version: 'v1', namespaced: true }

/** What a kind without a version means. Others are named with their version, or found by discovery. */
const KNOWN: readonly Resource[] = [
  PODS,
  SERVICES,
  CONFIG_MAPS,
  NODES,
  NAMESPACES,
  DEPLOYMENTS,
  STATEFUL_SETS,
  DAEMON_SETS,
  REPLICA_SETS,
  JOBS,
  { ...NETWORKING, plural: 'ingresses', kind: 'Ingress' },
  { ...NETWORKING, plural: 'networkpolicies', kind: 'NetworkPolicy' },
  {
    group: 'autoscaling',
    version: 'v2',
    plural: 'horizontalpodautoscalers',
    kind: 'HorizontalPodAutoscaler',
    namespaced: true,
  },
  { group: 'policy', version: 'v1', plural: 'poddisruptionbudgets', kind: 'PodDisruptionBudget', namespaced: true },
]

export interface Kinds {
  /** Throws SeaworthyError('ENGINE') for a kind that the cluster does not serve. */
  readonly find: (kind: string, apiVersion?: string) => Promise<Resource>
}

/** Turns kinds into resources, and remembers them: a cluster's kinds seldom change. */
export function createKinds(client: KubeClient): Kinds {
  const found = new Map<string, Resource>()
  return {
    find: async (kind, apiVersion) => {
      const known = KNOWN.find(
        (one) => one.kind === kind && (apiVersion === undefined || apiVersion === versionOf(one)),
      )
      if (known) return known
      const key = `${apiVersion ?? ''} ${kind}`
      const resource = found.get(key) ?? (await discover(client, kind, apiVersion))
      found.set(key, resource)
      return resource
    },
  }
}

function versionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`
}

async function discover(client: KubeClient, kind: string, apiVersion: string | undefined): Promise<Resource> {
  const versions = apiVersion === undefined ? await preferredVersions(client) : [apiVersion]
  for (const version of versions) {
    const resource = (await resourcesOf(client, version)).find((one) => one.kind === kind)
    if (resource) return resource
  }
  throw new SeaworthyError('ENGINE', `the cluster does not serve ${apiVersion ?? 'any'} ${kind}`, {
    remedy: 'Look at `kubectl api-resources`, and name the kind with its apiVersion.',
  })
}

interface Groups {
  readonly groups?: readonly { readonly preferredVersion: { readonly groupVersion: string } }[]
}

async function preferredVersions(client: KubeClient): Promise<readonly string[]> {
  const { groups = [] } = await read<Groups>(client, '/apis')
  return ['v1', ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)]
}

interface ResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[]
}

async function resourcesOf(client: KubeClient, apiVersion: string): Promise<readonly Resource[]> {
  if (!/^[a-z0-9.-]+(\/[a-z0-9]+)?$/.test(apiVersion)) return []
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  const list = await read<ResourceList>(client, group === '' ? `/api/${version}` : `/apis/${apiVersion}`)
  return (list.resources ?? [])
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced }) => ({ group, version, plural: name, kind, namespaced }))
}

async function read<T>(client: KubeClient, path: string): Promise<Partial<T>> {
  const { status, body } = await client.raw({ method: 'GET', path })
  return status === 200 ? (JSON.parse(body.toString('utf8')) as T) : {}
}
