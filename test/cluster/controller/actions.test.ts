import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ClusterFaultType } from '../../../src/controller/setting.ts'
import { FAULT_TYPES } from '../../../src/faults/registry.ts'
import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import { CONFIG_MAPS, DEPLOYMENTS, JOBS, NAMESPACES, NODE_FAULTS, NODES, PODS } from '../../../src/kube/resources.ts'
import { PRODUCT_IMAGE, STATIC_IMAGE } from '../images/catalogue.ts'
import { until } from '../tools.ts'
import {
  ALLOWED_OPEN,
  ask,
  conditionIs,
  deploy,
  end,
  engineCluster,
  type Pod,
  podTarget,
  read,
  readyPods,
  recordOf,
  type StoredFault,
  testNamespace,
  untilFault,
} from './engine.ts'

let client: KubeClient
let namespace: string

beforeAll(async () => {
  ;({ client } = await engineCluster())
  namespace = await testNamespace(client, ALLOWED_OPEN)
  await deploy(client, namespace, 2)
})
afterAll(async () => {
  await client?.remove(NAMESPACES, namespace)
  client?.close()
})

interface Deployment extends KubeObject {
  readonly spec: { readonly replicas: number; readonly template: object }
}

async function deployment(): Promise<Deployment> {
  const found = await client.get<Deployment>(DEPLOYMENTS, 'web', namespace)
  if (!found) throw new Error('the Deployment is gone')
  return found
}

async function workloadTarget() {
  const { metadata } = await deployment()
  return { kind: 'Deployment', name: 'web', uid: metadata.uid ?? '' }
}

/** Seen from outside: by the judgement of the fault type itself, on the records that the controller wrote. */
function untilEffective(fault: StoredFault): Promise<StoredFault> {
  const type = FAULT_TYPES.find(
    (one): one is typeof one & ClusterFaultType => one.type === fault.spec.type && one.cluster !== undefined,
  )
  const parameters = type?.parameters.parse(fault.spec.parameters)
  return untilFault(
    client,
    fault,
    'to be effective',
    ({ status }) => type?.cluster.effect(parameters ?? {}, status?.targets ?? []).effective === true,
  )
}

async function undoRecords(): Promise<readonly string[]> {
  const maps = await client.list(CONFIG_MAPS, {
    namespace: 'seaworthy-system',
    labels: 'app.kubernetes.io/component=undo-record',
  })
  return maps.map(({ metadata }) => metadata.name)
}

const recordName = ({ metadata }: StoredFault) => `seaworthy-undo-${metadata.uid}`

describe('pods', () => {
  test('are killed: another one is in their place, and nothing is left to undo', async () => {
    const [pod] = await readyPods(client, namespace, 2)
    if (!pod) throw new Error('no pod')
    const fault = await untilEffective(await ask(client, namespace, { type: 'pod-kill', targets: [podTarget(pod)] }))
    expect(recordOf(fault)).toMatchObject({ phase: 'Injected', under: { probe: 'object', identity: '' } })
    expect(recordOf(await end(client, fault))).toMatchObject({
      phase: 'Recovered',
      endedBy: 'nothing-to-end',
      endReason: 'request',
    })
  })

  test('fail under their own name, and get their image back', async () => {
    const [pod] = await readyPods(client, namespace, 2)
    if (!pod) throw new Error('no pod')
    const fault = await untilEffective(await ask(client, namespace, { type: 'pod-failure', targets: [podTarget(pod)] }))
    expect(recordOf(fault).before).toMatchObject({ ready: true, state: 'running' })
    expect(await undoRecords()).toContain(recordName(fault))
    const ended = await end(client, fault)
    expect(recordOf(ended)).toMatchObject({ phase: 'Recovered', endedBy: 'controller' })
    const after = await client.get<Pod>(PODS, pod.metadata.name, namespace)
    expect(after?.spec.containers.map(({ image }) => image)).toEqual([STATIC_IMAGE])
    expect(after?.metadata.uid).toBe(pod.metadata.uid)
    expect(await undoRecords()).not.toContain(recordName(fault))
    await readyPods(client, namespace, 2)
  })

  test('are evicted, unless a budget says no, in its own words', async () => {
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'all-stay', namespace },
      spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } },
    }
    const PDBS = {
      group: 'policy',
      version: 'v1',
      plural: 'poddisruptionbudgets',
      kind: 'PodDisruptionBudget',
      namespaced: true,
    }
    await client.create(PDBS, budget as KubeObject)
    const [pod] = await readyPods(client, namespace, 2)
    if (!pod) throw new Error('no pod')
    await until('the budget to be counted', async () => {
      const found = await client.get<KubeObject & { status?: { currentHealthy?: number } }>(PDBS, 'all-stay', namespace)
      return found?.status?.currentHealthy === 2 || undefined
    })
    const refused = await ask(client, namespace, { type: 'evict', targets: [podTarget(pod)] })
    const failed = await untilFault(client, refused, 'to fail', conditionIs('Failed'))
    expect(recordOf(failed).phase).toBe('Failed')
    expect(recordOf(failed).message).toContain('all-stay')
    expect((await client.get(PODS, pod.metadata.name, namespace))?.metadata.uid).toBe(pod.metadata.uid)
    await client.remove(PDBS, 'all-stay', namespace)
    await untilEffective(await ask(client, namespace, { type: 'evict', targets: [podTarget(pod)] }))
    await readyPods(client, namespace, 2)
  })
})

describe('workloads', () => {
  test('are scaled and scaled back', async () => {
    const fault = await untilEffective(
      await ask(client, namespace, { type: 'scale', parameters: { by: -1 }, targets: [await workloadTarget()] }),
    )
    expect((await deployment()).spec.replicas).toBe(1)
    await end(client, fault)
    expect((await deployment()).spec.replicas).toBe(2)
    await readyPods(client, namespace, 2)
  })

  test('that somebody else has scaled since stay so', async () => {
    const fault = await untilEffective(
      await ask(client, namespace, { type: 'scale', parameters: { to: 1 }, targets: [await workloadTarget()] }),
    )
    await client.patch(DEPLOYMENTS, 'web', namespace, { spec: { replicas: 3 } }, { type: 'merge' })
    const ended = await end(client, fault)
    expect((await deployment()).spec.replicas).toBe(3)
    expect(recordOf(ended).message).toContain('spec.replicas')
    await client.patch(DEPLOYMENTS, 'web', namespace, { spec: { replicas: 2 } }, { type: 'merge' })
    await readyPods(client, namespace, 2)
  })

  test('are rolled out anew', async () => {
    const fault = await untilEffective(
      await ask(client, namespace, { type: 'rollout-restart', targets: [await workloadTarget()] }),
    )
    await end(client, fault)
    await readyPods(client, namespace, 2)
  })

  test('get a policy, and lose it', async () => {
    const NETWORK_POLICIES = {
      group: 'networking.k8s.io',
      version: 'v1',
      plural: 'networkpolicies',
      kind: 'NetworkPolicy',
      namespaced: true,
    }
    const fault = await ask(client, namespace, {
      type: 'network-policy',
      parameters: { deny: 'ingress' },
      targets: [await workloadTarget()],
    })
    const on = await untilFault(client, fault, 'to be seen', (now) => now.status?.targets?.[0]?.under?.running === 1)
    // The network of the test cluster does not enforce policies, and the reading says so.
    expect(recordOf(on).under?.inbound).toMatchObject({ attempts: expect.any(Number), answered: expect.any(Number) })
    expect(await client.list(NETWORK_POLICIES, { namespace })).toHaveLength(1)
    await end(client, fault)
    expect(await client.list(NETWORK_POLICIES, { namespace })).toHaveLength(0)
  })
})

describe('any object', () => {
  test('is patched, and exactly the fields that are still ours are put back', async () => {
    const before = await deployment()
    const target = { kind: 'Deployment', name: 'web', uid: before.metadata.uid ?? '' }
    const merge = { metadata: { labels: { broken: 'yes' } }, spec: { minReadySeconds: 3, revisionHistoryLimit: 1 } }
    const fault = await untilEffective(
      await ask(client, namespace, { type: 'patch', parameters: { merge }, targets: [target] }),
    )
    await client.patch(DEPLOYMENTS, 'web', namespace, { spec: { revisionHistoryLimit: 7 } }, { type: 'merge' })
    const ended = await end(client, fault)
    const after = await deployment()
    expect(after.metadata.labels).toEqual(before.metadata.labels)
    expect(after.spec).toEqual({ ...before.spec, revisionHistoryLimit: 7 })
    expect(recordOf(ended).message).toContain('spec.revisionHistoryLimit')
  })

  test('comes and goes', async () => {
    const [own] = await client.list(NAMESPACES, { fields: `metadata.name=${namespace}` })
    const target = { kind: 'Namespace', name: namespace, uid: own?.metadata.uid ?? '' }
    const manifests = [{ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } }]
    const fault = await ask(client, namespace, {
      type: 'apply',
      parameters: { manifests, period: '1s' },
      targets: [target],
    })
    const seen = new Set<string | undefined>()
    await until('it to come a third time', async () => {
      const maps = await client.list(CONFIG_MAPS, { namespace, labels: 'app.kubernetes.io/managed-by=seaworthy' })
      for (const { metadata } of maps) seen.add(metadata.uid)
      return seen.size >= 3 || undefined
    })
    const ended = await end(client, fault)
    expect(recordOf(ended).after).toMatchObject({ running: 0, restarts: expect.any(Number) })
    const maps = await client.list(CONFIG_MAPS, { namespace, labels: 'app.kubernetes.io/managed-by=seaworthy' })
    expect(maps).toHaveLength(0)
  })

  test('outside the namespace is out of reach', async () => {
    const [own] = await client.list(NAMESPACES, { fields: `metadata.name=${namespace}` })
    const target = { kind: 'Namespace', name: namespace, uid: own?.metadata.uid ?? '' }
    const manifests = [{ apiVersion: 'v1', kind: 'Namespace' }]
    const applied = await ask(client, namespace, { type: 'apply', parameters: { manifests }, targets: [target] })
    const refused = await untilFault(client, applied, 'to be refused', conditionIs('Failed'))
    expect(recordOf(refused).phase).toBe('Refused')
    const [node] = await client.list(NODES)
    const onNode = { kind: 'Node', name: node?.metadata.name ?? '', uid: node?.metadata.uid ?? '' }
    const merge = { spec: { unschedulable: true } }
    const patched = await ask(client, namespace, { type: 'patch', parameters: { merge }, targets: [onNode] })
    expect(recordOf(await untilFault(client, patched, 'to be refused', conditionIs('Failed'))).phase).toBe('Refused')
  })

  test('is a job, which is removed', async () => {
    const [own] = await client.list(NAMESPACES, { fields: `metadata.name=${namespace}` })
    const target = { kind: 'Namespace', name: namespace, uid: own?.metadata.uid ?? '' }
    const parameters = { image: PRODUCT_IMAGE, command: ['node', '-e', 'setTimeout(() => {}, 100)'] }
    const fault = await untilEffective(await ask(client, namespace, { type: 'job', parameters, targets: [target] }))
    await end(client, fault)
    await until('the job to be gone', async () =>
      (await client.list(JOBS, { namespace })).length === 0 ? true : undefined,
    )
  })
})

describe('nodes', () => {
  const label = (name: string, value: string | null) =>
    client.patch(NODES, name, undefined, { metadata: { labels: { 'seaworthy.dev/allow': value } } }, { type: 'merge' })

  async function node() {
    const nodes = await client.list<
      KubeObject & { spec: { unschedulable?: boolean; taints?: readonly { key: string }[] } }
    >(NODES)
    const found = nodes.find(({ metadata }) => metadata.name === nodes.at(-1)?.metadata.name)
    if (!found) throw new Error('no node')
    return found
  }
  const target = async () => {
    const { metadata } = await node()
    return { kind: 'Node', name: metadata.name, uid: metadata.uid ?? '' }
  }

  test('must permit it', async () => {
    const fault = await ask(client, undefined, { type: 'node-cordon', targets: [await target()] })
    const refused = await untilFault(client, fault, 'to be refused', conditionIs('Failed'))
    expect(recordOf(refused)).toMatchObject({
      phase: 'Refused',
      message: expect.stringContaining('kubectl label node'),
    })
    expect((await node()).spec.unschedulable).toBeUndefined()
    // It would begin as soon as the node permits it.
    await client.remove(NODE_FAULTS, fault.metadata.name)
  })

  test('are left again as soon as they permit it no more', async () => {
    const on = await target()
    await label(on.name, 'true')
    const fault = await untilEffective(await ask(client, undefined, { type: 'node-cordon', targets: [on] }))
    await label(on.name, null)
    const over = await untilFault(client, fault, 'to be ended', conditionIs('Recovered'))
    expect(recordOf(over)).toMatchObject({ phase: 'Recovered', endReason: 'cleanup' })
    expect((await node()).spec.unschedulable).toBeUndefined()
  })

  test('are cordoned, tainted and drained, and are as before', async () => {
    const on = await target()
    await label(on.name, 'true')
    try {
      for (const spec of [
        { type: 'node-cordon', parameters: {} },
        { type: 'node-taint', parameters: { effect: 'NoSchedule' } },
        { type: 'node-drain', parameters: { namespaces: [namespace] } },
      ]) {
        const fault = await untilEffective(await ask(client, undefined, { ...spec, targets: [on] }))
        await end(client, fault)
        const after = await node()
        expect(after.spec.unschedulable).toBeUndefined()
        expect(after.spec.taints?.filter(({ key }) => key.startsWith('seaworthy')) ?? []).toEqual([])
      }
    } finally {
      await label(on.name, null)
    }
    await readyPods(client, namespace, 2)
  })
})

test('a fault of no known type is refused in words', async () => {
  const fault = await ask(client, namespace, { type: 'pod-explode', targets: [await workloadTarget()] })
  const refused = await untilFault(client, fault, 'to be refused', conditionIs('Failed'))
  expect(recordOf(refused).message).toContain('pod-explode')
})

test('a fault that is only prepared touches nothing, and begins when it is asked to', async () => {
  const [pod] = await readyPods(client, namespace, 2)
  if (!pod) throw new Error('no pod')
  const fault = await ask(client, namespace, { type: 'pod-kill', targets: [podTarget(pod)], active: false })
  const prepared = await untilFault(
    client,
    fault,
    'to be prepared',
    (now) => now.status?.targets?.[0]?.phase === 'Prepared',
  )
  expect(conditionIs('Injected', 'False')(prepared)).toBe(true)
  expect((await client.get(PODS, pod.metadata.name, namespace))?.metadata.uid).toBe(pod.metadata.uid)
  await client.patch(
    { group: 'seaworthy.dev', version: 'v1alpha1', plural: 'faults', kind: 'Fault', namespaced: true },
    fault.metadata.name,
    namespace,
    { spec: { active: true } },
    { type: 'merge' },
  )
  await untilEffective(await read(client, fault))
  await readyPods(client, namespace, 2)
})
