/** One rule of a role: which verbs on which resources of one API group. */
export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly resourceNames?: readonly string[]
}

const rule = (group: string, resources: readonly string[], verbs: readonly string[]): Rule => ({
  apiGroups: [group],
  resources,
  verbs,
})

const FOLLOW = ['get', 'list', 'watch']
const EVENTS = rule('', ['events'], ['create', 'patch'])

/** What a daemon may do through the API: see what is asked for and what runs on its node, and write its own records. */
export const DAEMON_RULES: readonly Rule[] = [
  rule('seaworthy.dev', ['faults', 'nodefaults'], FOLLOW),
  rule('seaworthy.dev', ['faults/status', 'nodefaults/status'], ['patch']),
  rule('', ['pods', 'namespaces', 'nodes'], FOLLOW),
  EVENTS,
]

/**
 * What the controller's actions need, in every namespace. No secrets, no roles, no exec, no wildcards. What else `patch`,
 * `apply` and the like should reach, a platform team adds by a ClusterRole with EXTENSION_LABEL.
 */
export const CONTROLLER_RULES: readonly Rule[] = [
  rule('seaworthy.dev', ['faults', 'nodefaults'], [...FOLLOW, 'patch', 'delete']),
  rule('seaworthy.dev', ['faults/status', 'nodefaults/status'], ['patch']),
  rule('', ['namespaces'], FOLLOW),
  rule('coordination.k8s.io', ['leases'], FOLLOW),
  EVENTS,
  // pod-kill, pod-failure, evict, and the addresses of the other side of a network fault.
  rule('', ['pods'], [...FOLLOW, 'delete', 'patch']),
  rule('', ['pods/eviction'], ['create']),
  rule('', ['services'], [...FOLLOW, 'patch']),
  // scale, rollout-restart, patch.
  rule('apps', ['deployments', 'statefulsets', 'daemonsets', 'replicasets'], ['get', 'list', 'patch']),
  // node-cordon, node-drain, node-taint.
  rule('', ['nodes'], ['get', 'list', 'patch']),
  // network-policy, job, and what `apply` and `patch` reach by default.
  rule('networking.k8s.io', ['networkpolicies', 'ingresses'], ['get', 'list', 'create', 'patch', 'delete']),
  rule('batch', ['jobs'], ['get', 'list', 'create', 'delete']),
  rule('', ['configmaps'], ['get', 'list', 'create', 'patch', 'delete']),
  rule('autoscaling', ['horizontalpodautoscalers'], ['get', 'list', 'patch']),
  rule('policy', ['poddisruptionbudgets'], ['get', 'list', 'patch']),
]

/** In its own namespace alone: who leads, and the undo records. */
export const CONTROLLER_OWN_RULES: readonly Rule[] = [
  rule('coordination.k8s.io', ['leases'], [...FOLLOW, 'create', 'patch', 'update', 'delete']),
  rule('', ['configmaps'], [...FOLLOW, 'create', 'patch', 'update', 'delete']),
  rule('', ['pods'], ['get']),
]

/**
 * What a tenant needs to run the gate in a namespace of his, bound there by a RoleBinding. The status of a fault is not
 * among it: what happened is for the actors alone to say.
 */
export const USER_RULES: readonly Rule[] = [
  rule('seaworthy.dev', ['faults'], [...FOLLOW, 'create', 'patch', 'delete']),
  rule('coordination.k8s.io', ['leases'], [...FOLLOW, 'create', 'patch', 'update', 'delete']),
  // In a namespace a RoleBinding lets one get that namespace itself: whether it permits faults is on its labels.
  rule('', ['namespaces'], ['get']),
  rule('', ['pods', 'services', 'events', 'configmaps'], FOLLOW),
  rule('', ['pods', 'configmaps'], ['create', 'delete']),
  rule('', ['pods/log'], ['get']),
  // A Prometheus of the run's own is asked through the API server.
  rule('', ['pods/proxy'], ['get', 'create']),
  rule('apps', ['deployments', 'statefulsets', 'daemonsets', 'replicasets'], FOLLOW),
  rule('batch', ['jobs'], [...FOLLOW, 'create', 'delete']),
  rule('discovery.k8s.io', ['endpointslices'], FOLLOW),
]

/** Faults can be seen by whoever may view a namespace; this one is found by the cluster's own `view` role. */
export const VIEWER_RULES: readonly Rule[] = [rule('seaworthy.dev', ['faults'], FOLLOW)]
