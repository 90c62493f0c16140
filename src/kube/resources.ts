import type { Resource } from './kube-client.ts'

const core = (plural: string, kind: string, namespaced = true): Resource => ({
  group: '',
  version: 'v1',
  plural,
  kind,
  namespaced,
})
const apps = (plural: string, kind: string): Resource => ({
  group: 'apps',
  version: 'v1',
  plural,
  kind,
  namespaced: true,
})

/** The kinds that the program itself deals with. Others are found by discovery. */
export const PODS = core('pods', 'Pod')
export const SERVICES = core('services', 'Service')
export const NAMESPACES = core('namespaces', 'Namespace', false)
export const NODES = core('nodes', 'Node', false)
export const CONFIG_MAPS = core('configmaps', 'ConfigMap')
export const SERVICE_ACCOUNTS = core('serviceaccounts', 'ServiceAccount')
export const EVENTS = core('events', 'Event')
export const DEPLOYMENTS = apps('deployments', 'Deployment')
export const STATEFUL_SETS = apps('statefulsets', 'StatefulSet')
export const DAEMON_SETS = apps('daemonsets', 'DaemonSet')
export const REPLICA_SETS = apps('replicasets', 'ReplicaSet')
export const JOBS: Resource = { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job', namespaced: true }
export const LEASES: Resource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
}
export const ENDPOINT_SLICES: Resource = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
  kind: 'EndpointSlice',
  namespaced: true,
}
export const CUSTOM_RESOURCE_DEFINITIONS: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}
export const FAULTS: Resource = {
  group: 'seaworthy.dev',
  version: 'v1alpha1',
  plural: 'faults',
  kind: 'Fault',
  namespaced: true,
}
export const NODE_FAULTS: Resource = {
  group: 'seaworthy.dev',
  version: 'v1alpha1',
  plural: 'nodefaults',
  kind: 'NodeFault',
  namespaced: false,
}
