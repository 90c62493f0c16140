import { describe, expect, it } from 'vitest'
import { previewOf } from '../../../src/platform/kubernetes/preview.ts'
import { lacking } from '../../../src/platform/kubernetes/rollout.ts'
import { pod, workload } from './objects.ts'

const deployment = workload('Deployment', 'web', 2)
const owner = { kind: 'Deployment', name: 'web', uid: 'uid-Deployment-web' }
const replicaSet = {
  ...workload('ReplicaSet', 'web-5f', 2),
  metadata: {
    name: 'web-5f',
    uid: 'uid-rs',
    ownerReferences: [{ apiVersion: 'apps/v1', controller: true, ...owner }],
  },
}
const byReplicaSet = { kind: 'ReplicaSet', name: 'web-5f', uid: 'uid-rs' }

describe('the workloads of a namespace', () => {
  it('have the pods of their controllers, in the order of creation', () => {
    const pods = [
      pod({ name: 'web-b', created: 5, owner: byReplicaSet }),
      pod({ name: 'web-z', created: 1, owner: byReplicaSet }),
      pod({ name: 'alone', labels: { a: 'b' } }),
      pod({ name: 'r-1', owner: { kind: 'Rollout', name: 'r', uid: 'uid-r' } }),
    ]
    const found = previewOf({ workloads: [deployment, replicaSet], pods })
    expect(
      found.map(({ name, desired, pods: its }) => [name, desired, its.map(({ metadata }) => metadata.name)]),
    ).toEqual([
      ['Deployment/web', 2, ['web-z', 'web-b']],
      ['Pod/alone', 1, ['alone']],
      ['Rollout/r', 1, ['r-1']],
    ])
    expect(found[1]?.labels).toEqual({ a: 'b' })
  })

  it('do not include what ends by itself, and what is ours', () => {
    const pods = [
      pod({ name: 'job', owner: { kind: 'Job', name: 'j', uid: 'j' } }),
      pod({ name: 'done', phase: 'Succeeded' }),
      pod({ name: 'traffic', labels: { 'app.kubernetes.io/managed-by': 'seaworthy' } }),
    ]
    expect(previewOf({ workloads: [], pods })).toEqual([])
  })
})

describe('a rollout', () => {
  const good = { observedGeneration: 1, replicas: 2, readyReplicas: 2, availableReplicas: 2, updatedReplicas: 2 }
  it.each([
    ['Deployment', good, undefined],
    ['StatefulSet', good, undefined],
    ['Deployment', { ...good, observedGeneration: 0 }, 'its controller has not looked at it yet'],
    ['Deployment', { ...good, updatedReplicas: 1 }, '1 of 2 are of the newest version'],
    ['Deployment', { ...good, replicas: 3 }, '1 of an older version have not ended yet'],
    ['Deployment', { ...good, availableReplicas: 1 }, '1 of 2 are ready'],
    ['StatefulSet', { ...good, readyReplicas: 0 }, '0 of 2 are ready'],
    ['ReplicaSet', { ...good, updatedReplicas: 0 }, undefined],
    [
      'DaemonSet',
      { observedGeneration: 1, desiredNumberScheduled: 2, numberReady: 2, updatedNumberScheduled: 2 },
      undefined,
    ],
    [
      'DaemonSet',
      { observedGeneration: 1, desiredNumberScheduled: 2, numberReady: 1, updatedNumberScheduled: 2 },
      '1 of 2 are ready',
    ],
    ['Deployment', {}, 'its controller has not looked at it yet'],
  ])('of a %s with %j lacks: %s', (kind, status, lacks) => {
    expect(lacking(workload(kind, 'web', 2, { status }))).toBe(lacks)
  })
})
