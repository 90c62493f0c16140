import { beforeEach, expect, test, vi } from 'vitest'
import { FaultDesk } from '../../src/controller/fault-desk.ts'
import type { KubeObject } from '../../src/kube/kube-client.ts'
import { NODE_FAULTS, NODES } from '../../src/kube/resources.ts'
import { FakeKube } from '../fakes/kube.ts'
import { type StoredFault, settingOn } from './setting.ts'

const FAULT: StoredFault = {
  apiVersion: 'seaworthy.dev/v1alpha1',
  kind: 'NodeFault',
  metadata: { name: 'f', uid: 'f' },
  spec: {
    type: 'node-cordon',
    parameters: {},
    targets: [{ kind: 'Node', name: 'node-1', uid: 'n' }],
    durationMs: 60_000,
    active: true,
    seed: 1,
  },
}

type Node = KubeObject & { readonly spec: { readonly unschedulable?: boolean } }

let kube: FakeKube
let desk: FaultDesk
let fault: StoredFault

const node = (labels: Readonly<Record<string, string>>) =>
  kube.place<Node>(NODES, {
    metadata: { name: 'node-1', uid: 'n', labels },
    spec: kube.peek<Node>(NODES, 'node-1')?.spec ?? {},
  })
const record = () => kube.peek<StoredFault>(NODE_FAULTS, 'f')?.status?.targets?.[0]
const isCordoned = () => kube.peek<Node>(NODES, 'node-1')?.spec.unschedulable === true

beforeEach(async () => {
  kube = new FakeKube()
  desk = new FaultDesk(settingOn(kube))
  node({ 'seaworthy.dev/allow': 'true' })
  fault = kube.place<StoredFault>(NODE_FAULTS, FAULT)
  desk.onChange('added', fault)
  await vi.waitFor(() => expect(record()?.phase).toBe('Injected'))
  expect(isCordoned()).toBe(true)
})

test('a node that permits it no more is left as it was', async () => {
  node({ 'seaworthy.dev/allow': 'false' })
  await desk.checkNodes()
  await vi.waitFor(() => expect(record()).toMatchObject({ phase: 'Recovered', endReason: 'cleanup' }))
  expect(isCordoned()).toBe(false)
})

test('a node that permits it keeps it, and is asked for only while it has it', async () => {
  await desk.checkNodes()
  expect(record()?.phase).toBe('Injected')
  await kube.remove(NODE_FAULTS, 'f')
  desk.onChange('removed', fault)
  await vi.waitFor(() => expect(isCordoned()).toBe(false))
  const asked = kube.asked.length
  await desk.checkNodes()
  expect(kube.asked.length).toBe(asked)
})
