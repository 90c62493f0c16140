import { CONTROLLER_NAME, DAEMON_NAME } from '../../model/cluster/system.ts'
import { type Installation, labelsOf, type Manifest } from './manifest.ts'
import { CONTROLLER_OWN_RULES, CONTROLLER_RULES, DAEMON_RULES, type Rule, USER_RULES, VIEWER_RULES } from './rules.ts'

const RBAC = 'rbac.authorization.k8s.io'
/** A ClusterRole with this label set to `true` is added to what the controller may do. */
const EXTENSION_LABEL = 'seaworthy.dev/aggregate-to-controller'
/** To be bound by a RoleBinding in each namespace whose people may break things there. */
const USER_ROLE = 'seaworthy-user'
const VIEWER_ROLE = 'seaworthy-view'
const CONTROLLER_BASE = `${CONTROLLER_NAME}-base`

/** Service accounts, roles and bindings of both parts, and the roles for people. */
export function accessObjects(installation: Installation): readonly Manifest[] {
  return [
    serviceAccount(installation, DAEMON_NAME),
    serviceAccount(installation, CONTROLLER_NAME),
    clusterRole(installation, DAEMON_NAME, DAEMON_RULES),
    clusterRole(installation, CONTROLLER_BASE, CONTROLLER_RULES, { [EXTENSION_LABEL]: 'true' }),
    aggregatedRole(installation),
    clusterBinding(installation, DAEMON_NAME),
    clusterBinding(installation, CONTROLLER_NAME),
    ownRole(installation),
    ownBinding(installation),
    clusterRole(installation, USER_ROLE, USER_RULES),
    clusterRole(installation, VIEWER_ROLE, VIEWER_RULES, { [`${RBAC}/aggregate-to-view`]: 'true' }),
  ]
}

function serviceAccount(installation: Installation, name: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: installation.namespace, labels: labelsOf(installation) },
  }
}

function clusterRole(
  installation: Installation,
  name: string,
  rules: readonly Rule[],
  more: Readonly<Record<string, string>> = {},
): Manifest {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name, labels: { ...labelsOf(installation), ...more } },
    rules,
  }
}

/** Its rules are filled in by the cluster itself, from every ClusterRole that carries the label. */
function aggregatedRole(installation: Installation): Manifest {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: CONTROLLER_NAME, labels: labelsOf(installation) },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [EXTENSION_LABEL]: 'true' } }] },
  }
}

function clusterBinding(installation: Installation, name: string): Manifest {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: labelsOf(installation) },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: installation.namespace }],
  }
}

function ownRole(installation: Installation): Manifest {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'Role',
    metadata: { name: CONTROLLER_NAME, namespace: installation.namespace, labels: labelsOf(installation) },
    rules: CONTROLLER_OWN_RULES,
  }
}

function ownBinding(installation: Installation): Manifest {
  const { namespace } = installation
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { name: CONTROLLER_NAME, namespace, labels: labelsOf(installation) },
    roleRef: { apiGroup: RBAC, kind: 'Role', name: CONTROLLER_NAME },
    subjects: [{ kind: 'ServiceAccount', name: CONTROLLER_NAME, namespace }],
  }
}
