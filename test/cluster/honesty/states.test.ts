import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { DEPLOYMENTS, FAULTS, NAMESPACES, PODS } from '../../../src/kube/resources.ts'
import {
  ask,
  conditionIs,
  type Engine,
  end,
  type Pod,
  podTarget,
  read,
  readyPods,
  recordOf,
  type StoredFault,
  testNamespace,
  untilFault,
} from '../controller/engine.ts'
import { PAUSE_IMAGE, PRODUCT_IMAGE } from '../images/catalogue.ts'
import { answers } from '../tenancy/others.ts'
import { startPod } from '../tenancy/stage.ts'
import { until } from '../tools.ts'
import { withoutController, withoutDaemon } from './engine-down.ts'
import { effectOf, failure, hasFailed, partition, phaseOf } from './records.ts'
import { openStage, type Preview, preview } from './stage.ts'

let engine: Engine
let client: Engine['client']
const namespaces: string[] = []

beforeAll(async () => {
  engine = await openStage()
  client = engine.client
})
afterAll(async () => {
  for (const namespace of namespaces) await client.remove(NAMESPACES, namespace)
  client?.close()
})

async function open(replicas: number): Promise<Preview & { readonly pod: Pod }> {
  const made = await preview(client, replicas)
  namespaces.push(made.namespace)
  const [pod] = made.pods
  if (!pod) throw new Error('there is no pod')
  return { ...made, pod }
}

async function emptyNamespace(): Promise<string> {
  const namespace = await testNamespace(client)
  namespaces.push(namespace)
  return namespace
}

/** A pod on each node. */
async function onEachNode(namespace: string): Promise<readonly Pod[]> {
  return Promise.all(
    engine.cluster.nodes.map(({ name }) => startPod(client, namespace, `on-${name}`, { nodeName: name })),
  )
}

type Looked = Pod & {
  readonly status?: { readonly containerStatuses?: readonly { readonly ready: boolean; readonly image: string }[] }
}

describe.concurrent('a fault', () => {
  test('is called injected when it is on all of its pods, and not before', async () => {
    const pods = await onEachNode(await emptyNamespace())
    const targets = pods.map(podTarget)
    const fault = await ask(client, pods[0]?.metadata.namespace, { type: 'network-partition', targets, active: false })
    await untilFault(client, fault, 'to be prepared', (seen) => eachIs(seen, targets.length, 'Prepared'))
    const { name, namespace } = fault.metadata
    await client.patch(FAULTS, name, namespace, { spec: { active: true } }, { type: 'merge' })
    const on = await untilFault(client, fault, 'to be on', (seen) => {
      const isSaid = conditionIs('Injected')(seen)
      if (isSaid && !eachIs(seen, targets.length, 'Injected')) throw new Error(`half: ${JSON.stringify(seen.status)}`)
      return isSaid
    })
    const times = (on.status?.targets ?? []).map(({ injectedAt = '' }) => Date.parse(injectedAt))
    console.log(`on ${times.length} nodes within ${Math.max(...times) - Math.min(...times)} ms of each other`)
    const over = await end(client, fault)
    expect(eachIs(over, targets.length, 'Recovered')).toBe(true)
  })

  test('that swaps images has had its effect when the node says so, and is over when the pod is ready', async () => {
    const { namespace, pod } = await open(1)
    const fault = await ask(client, namespace, {
      type: 'pod-failure',
      targets: [podTarget(pod)],
      parameters: { image: PAUSE_IMAGE },
    })
    const looked = () => client.get<Looked>(PODS, pod.metadata.name, namespace)
    await untilFault(client, fault, 'to have its effect', (seen) => effectOf(seen).effective)
    const [container] = (await looked())?.status?.containerStatuses ?? []
    expect(container?.ready === false || container?.image.includes('pause')).toBe(true)
    const over = await end(client, fault)
    expect(recordOf(over)).toMatchObject({ phase: 'Recovered' })
    const [ready] = await readyPods(client, namespace, 1)
    expect(ready?.metadata.uid).toBe(pod.metadata.uid)
  })

  test('that is done once says when it was, that it is over, and that there was nothing to end', async () => {
    const { namespace, pod } = await open(1)
    const fault = await ask(client, namespace, { type: 'pod-kill', targets: [podTarget(pod)], durationMs: 1_000 })
    const over = await untilFault(client, fault, 'to be over', conditionIs('Recovered'))
    expect(recordOf(over)).toMatchObject({
      phase: 'Recovered',
      endedBy: 'nothing-to-end',
      injectedAt: expect.any(String),
    })
    expect(failure(over)?.status).not.toBe('True')
  })

  test('whose stressor cannot live is never effective, and says so', async () => {
    const namespace = await emptyNamespace()
    const container = {
      name: 'main',
      image: PRODUCT_IMAGE,
      imagePullPolicy: 'IfNotPresent',
      command: ['sleep', '3600'],
      resources: { limits: { memory: '48Mi' } },
    }
    const pod = await startPod(client, namespace, 'small', { containers: [container] })
    const fault = await ask(client, namespace, {
      type: 'memory-stress',
      targets: [podTarget(pod)],
      parameters: { size: '4GiB' },
    })
    const seen = await untilFault(client, fault, 'to fail', (one) => {
      if (effectOf(one).effective) throw new Error(`it is called effective: ${JSON.stringify(one.status)}`)
      return hasFailed(one)
    })
    expect(failure(seen)?.message).toMatch(/\w/)
    expect(conditionIs('Injected')(seen)).toBe(false)
  })

  test('that this kernel cannot do is refused with the reason, deleted at once, and spoils nothing', async () => {
    const { namespace, pod } = await open(1)
    const targets = [podTarget(pod)]
    const fault = await ask(client, namespace, {
      type: 'network-delay',
      targets,
      parameters: { latency: '100ms', mechanism: 'netem' },
    })
    const seen = await untilFault(client, fault, 'to be refused', hasFailed)
    expect(failure(seen)?.message).toMatch(/netem/)
    expect(phaseOf(seen)).toBe('Refused')
    await client.remove(FAULTS, fault.metadata.name, namespace)
    expect(await client.get(FAULTS, fault.metadata.name, namespace)).toBeUndefined()
    const next = await ask(client, namespace, { type: 'network-delay', targets, parameters: { latency: '1ms' } })
    await untilFault(client, next, 'to be on', conditionIs('Injected'))
    expect(recordOf(await end(client, next))).toMatchObject({ phase: 'Recovered' })
  })

  test('that was refused comes over nobody once its own time has passed', async () => {
    const closed = await testNamespace(client, {})
    namespaces.push(closed)
    const pod = await startPod(client, closed, 'alone')
    const faults = await Promise.all(
      ['network-partition', 'pod-kill'].map((type) =>
        ask(client, closed, { type, targets: [podTarget(pod)], durationMs: 1_000 }),
      ),
    )
    for (const fault of faults) await untilFault(client, fault, 'to be refused', hasFailed)
    const seenAtMs = performance.now()
    await until('their time to be over', () => (performance.now() - seenAtMs > 1_500 ? true : undefined))
    const labels = { 'seaworthy.dev/allow': 'true' }
    await client.patch(NAMESPACES, closed, undefined, { metadata: { labels } }, { type: 'merge' })
    for (const fault of faults) await touch(fault)
    // Whoever would do it has heard of the label when another fault is on.
    const other = await startPod(client, closed, 'other')
    const next = await ask(client, closed, partition(other))
    await untilFault(client, next, 'to be on', conditionIs('Injected'))
    for (const fault of faults) expect(phaseOf(await read(client, fault))).toBe('Refused')
    expect((await client.get(PODS, 'alone', closed))?.metadata.uid).toBe(pod.metadata.uid)
    await end(client, next)
  })
})

function eachIs({ status }: StoredFault, count: number, phase: string): boolean {
  const records = status?.targets ?? []
  return records.length === count && records.every((one) => one.phase === phase)
}

/** A change that means nothing, and that every watcher hears of. */
async function touch({ metadata: { name, namespace } }: StoredFault): Promise<void> {
  const annotations = { touched: 'yes' }
  await client.patch(FAULTS, name, namespace, { metadata: { annotations } }, { type: 'merge' })
}

describe('without those who would do it', () => {
  test('no webhook is in the way: without a controller faults are made, done by daemons, ended and deleted', async () => {
    const { namespace, pod } = await open(1)
    const deployment = await client.get<KubeObject>(DEPLOYMENTS, 'web', namespace)
    await withoutController(client, async () => {
      const cut = await ask(client, namespace, partition(pod))
      await untilFault(client, cut, 'to be on', conditionIs('Injected'))
      expect(await answers(client, namespace, pod.metadata.name)).toBe(false)
      expect(recordOf(await end(client, cut))).toMatchObject({ phase: 'Recovered' })
      const scale = await ask(client, namespace, {
        type: 'scale',
        targets: [{ kind: 'Deployment', name: 'web', uid: deployment?.metadata.uid ?? '' }],
        parameters: { to: 0 },
      })
      expect(conditionIs('Injected')(await read(client, scale))).toBe(false)
      for (const { metadata } of [cut, scale]) {
        await client.remove(FAULTS, metadata.name, namespace)
        expect(await client.get(FAULTS, metadata.name, namespace)).toBeUndefined()
      }
    })
    expect(await readyPods(client, namespace, 1)).toHaveLength(1)
  })

  test('a fault is on where there is a daemon and names where there is none; the next one is on both when it is back', async () => {
    const namespace = await emptyNamespace()
    const pods = await onEachNode(namespace)
    const targets = pods.map(podTarget)
    const [lost, ...others] = pods
    if (!lost) throw new Error('there is no pod')
    await withoutDaemon(engine, lost.spec.nodeName ?? '', async () => {
      const fault = await ask(client, namespace, { type: 'network-partition', targets })
      const seen = await untilFault(client, fault, 'to be spoken of', hasFailed)
      expect(failure(seen)?.message).toContain(lost.metadata.name)
      for (const { metadata } of others) expect(failure(seen)?.message).not.toContain(metadata.name)
      expect(conditionIs('Injected')(seen)).toBe(false)
      expect(seen.status?.targets?.filter(({ phase }) => phase === 'Injected')).toHaveLength(others.length)
      await client.remove(FAULTS, fault.metadata.name, namespace)
    })
    const next = await ask(client, namespace, { type: 'network-partition', targets })
    await untilFault(client, next, 'to be on', conditionIs('Injected'))
    expect(eachIs(await end(client, next), targets.length, 'Recovered')).toBe(true)
    await until('nobody to be cut off', async () => {
      const faults = await client.list<StoredFault>(FAULTS, { namespace })
      return faults.every(conditionIs('Recovered')) ? true : undefined
    })
  })
})
