import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import { CUSTOM_RESOURCE_DEFINITIONS, LEASES, NAMESPACES } from '../../../src/kube/resources.ts'
import {
  ask,
  conditionIs,
  type Engine,
  podTarget,
  testNamespace,
  untilFault,
  untilNoneGoes,
} from '../controller/engine.ts'
import { answers } from '../tenancy/others.ts'
import { openStage, type Preview, preview, start } from './stage.ts'

let engine: Engine
let client: KubeClient
let made: Preview
const namespaces: string[] = []

beforeAll(async () => {
  engine = await openStage()
  client = engine.client
  made = await preview(client, 1)
  // What other tests had in their namespaces goes with these, and is not to be found here.
  await untilNoneGoes(client)
})
afterAll(async () => {
  for (const namespace of [...(made ? [made.namespace] : []), ...namespaces]) await client.remove(NAMESPACES, namespace)
  client?.close()
})

test('what is uninstalled while a fault is on ends it first, and leaves nothing', async () => {
  const { namespace, pods } = made
  const [pod] = pods
  if (!pod) throw new Error('there is no pod')
  const fault = await ask(client, namespace, {
    type: 'network-partition',
    targets: [podTarget(pod)],
    durationMs: 600_000,
  })
  await untilFault(client, fault, 'to be on', conditionIs('Injected'))
  expect(await answers(client, namespace, pod.metadata.name)).toBe(false)
  for (const holder of ['', 'r-killed-long-ago']) await leaveLease(holder)
  const { code, said } = await start(engine, process.cwd(), ['uninstall']).ended
  expect({ code, said }).toEqual({ code: 0, said: expect.any(String) })
  expect(await answers(client, namespace, pod.metadata.name)).toBe(true)
  expect(await client.get(NAMESPACES, 'seaworthy-system')).toBeUndefined()
  expect(await client.list(LEASES, { labels: 'app.kubernetes.io/managed-by=seaworthy' })).toEqual([])
  const definitions = await client.list(CUSTOM_RESOURCE_DEFINITIONS)
  expect(definitions.filter(({ metadata }) => metadata.name.endsWith('.seaworthy.dev'))).toEqual([])
})

/** As a run leaves it: given up, or not even that. */
async function leaveLease(holderIdentity: string): Promise<void> {
  const namespace = await testNamespace(client)
  namespaces.push(namespace)
  const renewTime = `${new Date(Date.now() - 3_600_000).toISOString().slice(0, -1)}000Z`
  await client.create(LEASES, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'seaworthy', namespace, labels: { 'app.kubernetes.io/managed-by': 'seaworthy' } },
    spec: { holderIdentity, leaseDurationSeconds: 15, renewTime },
  } as KubeObject)
}
