import { type Installation, labelsOf, type Manifest } from './manifest.ts'

/** Privileged, for the daemon alone; the controller would be admitted by the strictest level (test/install/objects.test.ts). */
export function systemNamespace(installation: Installation): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: installation.namespace,
      labels: {
        ...labelsOf(installation),
        'pod-security.kubernetes.io/enforce': 'privileged',
        'pod-security.kubernetes.io/enforce-version': 'latest',
      },
    },
  }
}

/**
 * Some clusters admit pods of the critical priority classes only where a quota says how many
 * (https://kubernetes.io/docs/concepts/policy/resource-quotas/#limit-priority-class-consumption-by-default).
 */
export function criticalPodsQuota(installation: Installation): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'seaworthy-critical-pods', namespace: installation.namespace, labels: labelsOf(installation) },
    spec: {
      hard: { pods: '20k' },
      scopeSelector: {
        matchExpressions: [
          { operator: 'In', scopeName: 'PriorityClass', values: ['system-node-critical', 'system-cluster-critical'] },
        ],
      },
    },
  }
}
