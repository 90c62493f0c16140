import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { PeerKeeper } from '../../src/controller/peer-keeper.ts'
import type { KubeObject } from '../../src/kube/kube-client.ts'
import { DEPLOYMENTS, FAULTS, NAMESPACES, PODS } from '../../src/kube/resources.ts'
import { FakeKube } from '../fakes/kube.ts'
import { type StoredFault, settingOn } from './setting.ts'

const MANY = 40

/** A Deployment of one pod, and as many faults as are asked for that name this other side. */
function placed(kube: FakeKube, to: object): readonly StoredFault[] {
  kube.place(NAMESPACES, { metadata: { name: 'shop', labels: { 'seaworthy.dev/allow': 'true' } } })
  const labels = { app: 'db' }
  const spec = { selector: { matchLabels: labels } }
  kube.place(DEPLOYMENTS, { metadata: { name: 'db', namespace: 'shop', uid: randomUUID() }, spec } as KubeObject)
  const pod = { metadata: { name: 'db-1', namespace: 'shop', labels }, status: { podIPs: [{ ip: '10.0.0.7' }] } }
  kube.place(PODS, pod as KubeObject)
  return Array.from({ length: MANY }, (_, at) =>
    kube.place<StoredFault>(FAULTS, {
      apiVersion: 'seaworthy.dev/v1alpha1',
      kind: 'Fault',
      metadata: { name: `f-${at}`, namespace: 'shop', uid: randomUUID() },
      spec: {
        type: 'network-partition',
        parameters: { to },
        targets: [{ kind: 'Pod', name: 'web-1', uid: 'web-1' }],
        durationMs: 60_000,
        active: true,
        seed: 1,
      },
    }),
  )
}

function keeperOf(kube: FakeKube, faults: readonly StoredFault[]): PeerKeeper {
  const { kinds, events, onTrouble, client } = settingOn(kube)
  const lookup = () => Promise.reject(new Error('there are no names'))
  return new PeerKeeper({ client, kinds, events, onTrouble, lookup, faults: { all: () => faults } })
}

test('many faults with the same other side find it by the requests of one', async () => {
  const kube = new FakeKube()
  const faults = placed(kube, { workload: 'Deployment/db' })
  await keeperOf(kube, faults).check()
  for (const { metadata } of faults)
    expect(kube.peek<StoredFault>(FAULTS, metadata.name, 'shop')?.spec.peers).toEqual({ v4: ['10.0.0.7'], v6: [] })
  const looks = kube.asked.filter(({ verb }) => verb === 'get' || verb === 'list')
  expect(looks.map(({ plural }) => plural).toSorted()).toEqual(['deployments', 'pods', 'services'])
})

test('an address that was written down is nothing to look for', async () => {
  const kube = new FakeKube()
  await keeperOf(kube, placed(kube, { address: '10.0.0.9' })).check()
  expect(kube.asked).toEqual([])
})
