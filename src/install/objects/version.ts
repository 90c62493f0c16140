import { CONTROLLER_NAME, DAEMON_NAME } from '../../model/cluster/system.ts'
import { type Installation, labelsOf, type Manifest } from './manifest.ts'

/** Says which version is installed, to everybody who can log in: a tenant sees neither definitions nor workloads of others. */
export const VERSION_OBJECT = 'seaworthy-version'
const RBAC = 'rbac.authorization.k8s.io'

/** The version as a ConfigMap, and the right to read it and the readiness of the two parts, and nothing else there. */
export function versionObjects(installation: Installation): readonly Manifest[] {
  const { namespace, version } = installation
  const metadata = { name: VERSION_OBJECT, namespace, labels: labelsOf(installation) }
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { version } },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'Role',
      metadata,
      rules: [
        { apiGroups: [''], resources: ['configmaps'], resourceNames: [VERSION_OBJECT], verbs: ['get'] },
        { apiGroups: ['apps'], resources: ['daemonsets'], resourceNames: [DAEMON_NAME], verbs: ['get'] },
        { apiGroups: ['apps'], resources: ['deployments'], resourceNames: [CONTROLLER_NAME], verbs: ['get'] },
      ],
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: RBAC, kind: 'Role', name: VERSION_OBJECT },
      subjects: [{ apiGroup: RBAC, kind: 'Group', name: 'system:authenticated' }],
    },
  ]
}
