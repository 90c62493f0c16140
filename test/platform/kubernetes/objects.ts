import type { Pod, Workload } from '../../../src/platform/kubernetes/shapes.ts'

export interface PodFacts {
  readonly name: string
  readonly uid?: string
  readonly created?: number
  readonly ready?: boolean
  readonly ending?: boolean
  readonly node?: string
  readonly restarts?: number
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid: string }
  readonly labels?: Record<string, string>
  readonly phase?: string
}

export function pod(facts: PodFacts): Pod {
  const { name, uid = `uid-${name}`, created = 0, ready = true, ending = false, restarts = 0, owner } = facts
  return {
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid,
      creationTimestamp: new Date(1_700_000_000_000 + created * 1_000).toISOString(),
      labels: facts.labels ?? {},
      ...(ending ? { deletionTimestamp: new Date(0).toISOString() } : {}),
      ...(owner ? { ownerReferences: [{ apiVersion: 'apps/v1', controller: true, ...owner }] } : {}),
    },
    spec: { containers: [{ name: 'main' }], ...(facts.node ? { nodeName: facts.node } : {}) },
    status: {
      phase: facts.phase ?? 'Running',
      podIPs: [{ ip: '10.0.0.1' }],
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ name: 'main', restartCount: restarts }],
    },
  }
}

export function workload(kind: string, name: string, replicas: number, more: Partial<Workload> = {}): Workload {
  return {
    kind,
    metadata: { name, namespace: 'shop', uid: `uid-${kind}-${name}`, generation: 1 },
    spec: { replicas, template: { metadata: { labels: { app: name } } } },
    ...more,
  }
}
