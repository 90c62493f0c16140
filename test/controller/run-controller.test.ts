import { expect, onTestFinished, test, vi } from 'vitest'
import { runController } from '../../src/controller/run-controller.ts'
import type { ClusterFaultType } from '../../src/controller/setting.ts'
import { FAULT_TYPES } from '../../src/faults/registry.ts'
import { systemClock } from '../../src/kit/clock.ts'
import type { KubeObject } from '../../src/kube/kube-client.ts'
import { KubeError } from '../../src/kube/kube-error.ts'
import { FAULTS, LEASES } from '../../src/kube/resources.ts'
import { CONTROLLER_NAME } from '../../src/model/cluster/system.ts'
import { FakeKube } from '../fakes/kube.ts'
import { replicas, type StoredFault, scaleFault, shop } from './setting.ts'

const WAIT = { timeout: 20_000, interval: 10 }

function controllerOn(kube: FakeKube) {
  const lines: string[] = []
  const stop = new AbortController()
  const running = runController(
    {
      client: kube,
      clock: systemClock,
      namespace: 'own',
      identity: 'me',
      faultTypes: FAULT_TYPES.filter((type): type is typeof type & ClusterFaultType => type.cluster !== undefined),
      port: 0,
      host: '127.0.0.1',
      lookup: async () => [],
      residentBytes: () => 0,
      onTrouble: (line) => lines.push(line),
      onLine: (line) => lines.push(line),
    },
    stop.signal,
  )
  onTestFinished(async () => {
    // It waits for one that follows it, and lets go then.
    const lease = kube.peek(LEASES, CONTROLLER_NAME, 'own')
    const annotations = { 'seaworthy.dev/candidate': 'another' }
    if (lease) kube.place(LEASES, { ...lease, metadata: { ...lease.metadata, annotations } })
    stop.abort()
    await running.catch(() => undefined)
  })
  return { lines, running }
}

function holder(kube: FakeKube, holderIdentity: string | null): void {
  const lease = kube.peek<KubeObject & { spec: object }>(LEASES, CONTROLLER_NAME, 'own')
  if (lease) kube.place(LEASES, { ...lease, spec: { ...lease.spec, holderIdentity } })
}

const phase = (kube: FakeKube) => kube.peek<StoredFault>(FAULTS, 'f', 'shop')?.status?.targets?.[0]?.phase

test('a controller that has lost the leadership leads again in the same process, and ends what is over by then', async () => {
  const kube = new FakeKube()
  const web = shop(kube)
  const { lines } = controllerOn(kube)
  const fault = scaleFault(kube, web)
  await vi.waitFor(() => expect(phase(kube)).toBe('Injected'), WAIT)
  holder(kube, 'another')
  await vi.waitFor(() => expect(lines.join('\n')).toContain('begins anew: another leads now'), WAIT)
  const now = kube.peek<StoredFault>(FAULTS, 'f', 'shop') ?? fault
  kube.place(FAULTS, { ...now, spec: { ...now.spec, end: { by: 'request', at: '2026-01-01T00:00:00Z' } } })
  expect(replicas(kube)).toBe(1)
  holder(kube, null)
  await vi.waitFor(() => expect(phase(kube)).toBe('Recovered'), WAIT)
  expect(replicas(kube)).toBe(3)
})

test('a right that comes late is waited for', async () => {
  const kube = new FakeKube()
  const web = shop(kube)
  kube.fail = ({ plural }) => (plural === 'faults' ? new KubeError(403, 'Forbidden', 'not yet') : undefined)
  const { lines } = controllerOn(kube)
  await vi.waitFor(() => expect(lines.join('\n')).toContain('begins anew: not yet'), WAIT)
  kube.fail = () => undefined
  scaleFault(kube, web)
  await vi.waitFor(() => expect(phase(kube)).toBe('Injected'), WAIT)
})

test('what nobody foresaw ends it', async () => {
  const kube = new FakeKube()
  kube.fail = () => {
    throw new TypeError('a mistake')
  }
  await expect(controllerOn(kube).running).rejects.toThrow('a mistake')
})
