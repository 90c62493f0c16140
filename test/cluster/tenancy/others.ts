import type { KubeClient, KubeObject, Resource } from '../../../src/kube/kube-client.ts'
import {
  CONFIG_MAPS,
  DAEMON_SETS,
  DEPLOYMENTS,
  FAULTS,
  JOBS,
  LEASES,
  NAMESPACES,
  NODES,
  PODS,
  SERVICE_ACCOUNTS,
  SERVICES,
} from '../../../src/kube/resources.ts'
import { ROLE_BINDINGS } from './tenant.ts'

const rbac = (plural: string, kind: string, namespaced: boolean): Resource => ({
  ...ROLE_BINDINGS,
  plural,
  kind,
  namespaced,
})
const SECRETS: Resource = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true }
const POLICIES: Resource = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'networkpolicies',
  kind: 'NetworkPolicy',
  namespaced: true,
}

const NAMESPACED = [
  PODS,
  SERVICES,
  CONFIG_MAPS,
  SECRETS,
  SERVICE_ACCOUNTS,
  DEPLOYMENTS,
  DAEMON_SETS,
  JOBS,
  LEASES,
  FAULTS,
  POLICIES,
  ROLE_BINDINGS,
  rbac('roles', 'Role', true),
]
const GLOBAL = [
  NAMESPACES,
  NODES,
  rbac('clusterroles', 'ClusterRole', false),
  rbac('clusterrolebindings', 'ClusterRoleBinding', false),
]

type Whole = KubeObject & {
  readonly spec?: object
  readonly data?: object
  readonly rules?: unknown
  readonly status?: unknown
}

/**
 * What everybody else has: every object outside of the tenant's namespaces, and what belongs to the whole cluster, as text by
 * name. Leases of the cluster itself and records of the controller change all the time, and are looked at by their tests.
 */
export async function othersThan(
  client: KubeClient,
  own: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const lists = await Promise.all(
    [...NAMESPACED, ...GLOBAL].map(async (resource) => ({ resource, items: await client.list<Whole>(resource) })),
  )
  const found = lists.flatMap(({ resource, items }) =>
    items
      .filter(
        ({ metadata }) =>
          !own.includes(metadata.namespace ?? '') && !(resource === NAMESPACES && own.includes(metadata.name)),
      )
      .filter(({ metadata }) => !(resource === LEASES && metadata.namespace !== 'default'))
      .map(
        (object) =>
          [
            `${resource.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`,
            meaningOf(resource, object),
          ] as const,
      ),
  )
  return Object.fromEntries(found.toSorted(([a], [b]) => a.localeCompare(b)))
}

function meaningOf(resource: Resource, object: Whole): string {
  const { metadata, status, ...content } = object
  const { uid, labels, annotations } = metadata
  const restarts = resource === PODS ? restartsOf(status) : undefined
  return JSON.stringify({ uid, labels, annotations, restarts, ...content })
}

function restartsOf(status: unknown): readonly number[] {
  const { containerStatuses = [] } = (status ?? {}) as {
    readonly containerStatuses?: readonly { readonly restartCount: number }[]
  }
  return containerStatuses.map(({ restartCount }) => restartCount)
}

/** Whether a pod answers, asked through the API server: on any cluster, whatever lies between it and the tests. */
export async function answers(client: KubeClient, namespace: string, pod: string): Promise<boolean> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}:8080/proxy/`
  const { status } = await client.raw({ method: 'GET', path, timeoutMs: 3_000 }).catch(() => ({ status: 0 }))
  return status === 200
}
