import type { KubeObject, Resource } from '../kube/kube-client.ts'
import {
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  DEPLOYMENTS,
  FAULTS,
  JOBS,
  LEASES,
  NAMESPACES,
  NODE_FAULTS,
  PODS,
  SERVICE_ACCOUNTS,
  SERVICES,
} from '../kube/resources.ts'
import type { Manifest } from './objects/manifest.ts'

const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' }
const RESOURCE_QUOTAS: Resource = {
  group: '',
  version: 'v1',
  plural: 'resourcequotas',
  kind: 'ResourceQuota',
  namespaced: true,
}
const CLUSTER_ROLES: Resource = { ...RBAC, plural: 'clusterroles', kind: 'ClusterRole', namespaced: false }
const CLUSTER_ROLE_BINDINGS: Resource = {
  ...RBAC,
  plural: 'clusterrolebindings',
  kind: 'ClusterRoleBinding',
  namespaced: false,
}
const ROLES: Resource = { ...RBAC, plural: 'roles', kind: 'Role', namespaced: true }
const ROLE_BINDINGS: Resource = { ...RBAC, plural: 'rolebindings', kind: 'RoleBinding', namespaced: true }

/** Every kind that an installation consists of. */
export const INSTALLED_KINDS: readonly Resource[] = [
  DAEMON_SETS,
  DEPLOYMENTS,
  ROLE_BINDINGS,
  ROLES,
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  RESOURCE_QUOTAS,
  CONFIG_MAPS,
  SERVICE_ACCOUNTS,
  CUSTOM_RESOURCE_DEFINITIONS,
  NAMESPACES,
]

/** Every kind that may be there with a label of ours: what is installed, and what runs create. */
export const LABELLED_KINDS: readonly Resource[] = [
  ...INSTALLED_KINDS,
  FAULTS,
  NODE_FAULTS,
  PODS,
  SERVICES,
  JOBS,
  LEASES,
]

/** The resource of one of our own manifests. Throws for a kind that no installation has. */
export function resourceOf({ kind, apiVersion }: Manifest): Resource {
  const found = INSTALLED_KINDS.find(
    (resource) =>
      resource.kind === kind &&
      apiVersion === (resource.group === '' ? resource.version : `${resource.group}/${resource.version}`),
  )
  if (!found) throw new Error(`${apiVersion} ${kind} is not part of an installation`)
  return found
}

/** `DaemonSet seaworthy-system/seaworthy-daemon`, for people. */
export function spokenObject({ kind }: Pick<Resource, 'kind'>, { metadata }: KubeObject): string {
  return metadata.namespace === undefined
    ? `${kind} ${metadata.name}`
    : `${kind} ${metadata.namespace}/${metadata.name}`
}
