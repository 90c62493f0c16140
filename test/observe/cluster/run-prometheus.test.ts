import { expect, test } from 'vitest'
import { systemClock } from '../../../src/kit/clock.ts'
import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import { KubeError } from '../../../src/kube/kube-error.ts'
import { CONFIG_MAPS, PODS } from '../../../src/kube/resources.ts'
import type { LedgerEntry } from '../../../src/model/ledger.ts'
import { createRunPrometheus } from '../../../src/observe/cluster/run-prometheus.ts'
import { FakeKube } from '../../fakes/kube.ts'

const NAME = 'run-1-prometheus'
const TARGETS = `/api/v1/namespaces/shop/pods/${NAME}:9091/proxy/targets`
const never = new AbortController().signal

/** A cluster in which the test plays the kubelet. */
function stage() {
  const entries: LedgerEntry[] = []
  const told: unknown[] = []
  const kube = new FakeKube()
  const raw: KubeClient['raw'] = async ({ path, body }) => {
    if (path === TARGETS) told.push(body)
    return { status: path === TARGETS ? 204 : 404, headers: {}, body: Buffer.from('') }
  }
  const prometheus = createRunPrometheus({
    client: Object.assign(kube, { raw }),
    namespace: 'shop',
    run: 'run-1',
    image: 'prometheus:1',
    ownImage: 'seaworthy:1',
    scrapeMs: 1_000,
    clock: systemClock,
    ledger: { write: (entry) => entries.push(entry) },
  })
  const becomeReady = () => {
    const metadata = { name: NAME, namespace: 'shop' }
    const status = { conditions: [{ type: 'Ready', status: 'True' }] }
    kube.place(PODS, { metadata, status } as unknown as KubeObject)
  }
  const open = () => {
    const ids = entries.filter(({ entry }) => entry === 'object').map((one) => 'id' in one && one.id)
    return ids.filter((id) => !entries.some((one) => one.entry === 'gone' && one.id === id))
  }
  const there = async () => [
    ...(await kube.list(CONFIG_MAPS)).map(() => 'ConfigMap'),
    ...(await kube.list(PODS)).map(() => 'Pod'),
  ]
  const isCreated = () => kube.asked.some(({ verb, plural }) => verb === 'create' && plural === 'pods')
  return { kube, prometheus, told, becomeReady, open, there, isCreated }
}

test('is installed when it is ready and knows its pods, and removed without a trace', async () => {
  const { prometheus, told, becomeReady, open, there, isCreated } = stage()
  const done = prometheus.install(never)
  await expect.poll(isCreated).toBe(true)
  expect(open()).toEqual([`ConfigMap/${NAME}`, `Pod/${NAME}`])
  becomeReady()
  expect(await done).toMatchObject({ path: `/api/v1/namespaces/shop/pods/${NAME}:9090/proxy` })
  expect(told).toEqual([[]])
  expect(await prometheus.remove()).toEqual([])
  expect(await there()).toEqual([])
  expect(open()).toEqual([])
})

test('is given up when it is cancelled, and what was created is still to be removed', async () => {
  const { prometheus, open, there, isCreated } = stage()
  const cancel = new AbortController()
  const done = prometheus.install(cancel.signal)
  done.catch(() => undefined)
  await expect.poll(isCreated).toBe(true)
  cancel.abort(new Error('the preview did not come up'))
  await expect(done).rejects.toMatchObject({
    code: 'OBSERVE',
    message: 'Prometheus could not be installed for the run: the preview did not come up',
  })
  expect(await there()).toEqual(['ConfigMap', 'Pod'])
  expect(await prometheus.remove()).toEqual([])
  expect(await there()).toEqual([])
  expect(open()).toEqual([])
})

test('leaves nothing to be removed where it may not be created', async () => {
  const { kube, prometheus, open } = stage()
  kube.fail = ({ plural }) => (plural === 'pods' ? new KubeError(403, 'Forbidden', 'not permitted') : undefined)
  await expect(prometheus.install(never)).rejects.toMatchObject({ code: 'OBSERVE' })
  expect(open()).toEqual([`ConfigMap/${NAME}`])
  expect(await prometheus.remove()).toEqual([])
  expect(open()).toEqual([])
})

test('is named as left over where it cannot be removed, also when it may have been created only', async () => {
  const { kube, prometheus, open } = stage()
  kube.fail = ({ plural }) => (plural === 'pods' ? new KubeError(0, '', 'no answer') : undefined)
  await expect(prometheus.install(never)).rejects.toMatchObject({ code: 'OBSERVE' })
  expect(await prometheus.remove()).toEqual([
    { what: `Pod shop/${NAME}`, why: 'no answer', remedy: `kubectl -n shop delete pods ${NAME}` },
  ])
  expect(open()).toEqual([`Pod/${NAME}`])
})

test('does nothing when nobody needs it', async () => {
  const { kube, prometheus } = stage()
  expect(await prometheus.remove()).toEqual([])
  expect(kube.asked).toEqual([])
})
