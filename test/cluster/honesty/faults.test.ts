import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import { DEPLOYMENTS, EVENTS, FAULTS, NAMESPACES, PODS } from '../../../src/kube/resources.ts'
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
  testNamespace,
  untilFault,
} from '../controller/engine.ts'
import { kubectl } from '../lab/kubectl.ts'
import { answers } from '../tenancy/others.ts'
import { startPod } from '../tenancy/stage.ts'
import { until } from '../tools.ts'
import { daemonOf, onNode, replaceController, signalAll, withoutDaemon } from './engine-down.ts'
import { effectOf, failure, partition, phaseOf } from './records.ts'
import { openStage, type Preview, preview } from './stage.ts'

let engine: Engine
let client: KubeClient
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

describe.concurrent('a fault', () => {
  test('is on the pod that takes the place of one that went', async () => {
    const { namespace, pod } = await open(1)
    const fault = await ask(client, namespace, partition(pod))
    await untilFault(client, fault, 'to be on', conditionIs('Injected'))
    await client.remove(PODS, pod.metadata.name, namespace, { graceSeconds: 0 })
    const gone = await untilFault(client, fault, 'to say that its target is gone', (seen) => phaseOf(seen) === 'Gone')
    expect(failure(gone)).toMatchObject({ status: 'True', reason: 'TargetGone' })
    const next = await until('the next pod', async () => {
      const pods = await client.list<Pod>(PODS, { namespace, labels: 'app=web' })
      return pods.find((one) => one.metadata.uid !== pod.metadata.uid && one.spec.nodeName !== undefined)
    })
    const replacement = { ...podTarget(next), replaces: pod.metadata.uid }
    const targets = [...fault.spec.targets, replacement]
    await client.patch(FAULTS, fault.metadata.name, namespace, { spec: { targets } }, { type: 'merge' })
    const again = await untilFault(client, fault, 'to be on again', conditionIs('Injected'))
    expect(recordOf(again, 1)).toMatchObject({ phase: 'Injected', name: next.metadata.name })
    expect(await answers(client, namespace, next.metadata.name)).toBe(false)
    await end(client, fault)
    await until('it to answer', async () => ((await answers(client, namespace, next.metadata.name)) ? true : undefined))
  })

  test('is on the new network of a pod whose sandbox was replaced', async () => {
    const { namespace, pod } = await open(1)
    const { name, uid = '' } = pod.metadata
    const fault = await ask(client, namespace, partition(pod))
    await untilFault(client, fault, 'to be on', conditionIs('Injected'))
    const ofPod = uid.replaceAll('-', '[-_]')
    const killed = await onNode(
      engine,
      pod.spec.nodeName,
      `for p in $(grep -lE '${ofPod}' /proc/[0-9]*/cgroup); do p=\${p%/cgroup}; grep -q '^pause$' $p/comm && kill -9 \${p#/proc/} && echo \${p#/proc/}; done; true`,
    )
    expect(killed.trim()).toMatch(/^\d+$/)
    await until('its container to run again', async () => {
      const [status] = (await client.get<Pod>(PODS, name, namespace))?.status?.containerStatuses ?? []
      return status && status.restartCount > 0 && status.state?.running ? true : undefined
    })
    await until('it to be cut off', async () => ((await answers(client, namespace, name)) ? undefined : true))
    expect(recordOf(await read(client, fault)).phase).toBe('Injected')
    await end(client, fault)
    await until('it to answer', async () => ((await answers(client, namespace, name)) ? true : undefined))
  })

  test('whose stressor was killed is no longer effective, and says so', async () => {
    const { namespace, pod } = await open(1)
    const fault = await ask(client, namespace, {
      type: 'cpu-stress',
      targets: [podTarget(pod)],
      parameters: { workers: 1 },
    })
    await untilFault(client, fault, 'to be on', conditionIs('Injected'))
    const killed = await signalAll(engine, pod.spec.nodeName, 'KILL', 'my (.mark, .ratio)')
    expect(killed).toBeGreaterThan(0)
    const seen = await untilFault(client, fault, 'to be found out', (one) => phaseOf(one) === 'Failed')
    expect(failure(seen)).toMatchObject({ status: 'True' })
    expect(conditionIs('Injected')(seen)).toBe(false)
    expect(effectOf(seen).effective).toBe(false)
  })

  test('that failed is deletable at once, and does not spoil its pod for the next one', async () => {
    const { namespace, pod } = await open(1)
    // There is no such process, so that it cannot be paused.
    const failing = await ask(client, namespace, {
      type: 'process-pause',
      targets: [podTarget(pod)],
      parameters: { process: 'no-such-process' },
    })
    const bad = await ask(client, namespace, {
      ...partition(pod),
      parameters: { to: { address: '10.0.0.1' }, manner: 'refuse' },
    })
    for (const one of [failing, bad])
      await untilFault(client, one, 'to fail', (seen) => failure(seen)?.status === 'True')
    const next = await ask(client, namespace, partition(pod))
    await untilFault(client, next, 'to be on', conditionIs('Injected'))
    for (const one of [failing, bad]) {
      await client.remove(FAULTS, one.metadata.name, namespace)
      expect(await client.get(FAULTS, one.metadata.name, namespace)).toBeUndefined()
    }
    expect(recordOf(await end(client, next))).toMatchObject({ phase: 'Recovered' })
    expect(await answers(client, namespace, pod.metadata.name)).toBe(true)
  })

  test('has no finalizer, goes at once when it is deleted while it is on, and nobody complains of that', async () => {
    const { namespace, pod } = await open(1)
    const fault = await ask(client, namespace, partition(pod))
    const on = await untilFault(client, fault, 'to be on', conditionIs('Injected'))
    expect((on.metadata as { readonly finalizers?: unknown }).finalizers).toBeUndefined()
    await client.remove(FAULTS, fault.metadata.name, namespace)
    expect(await client.get(FAULTS, fault.metadata.name, namespace)).toBeUndefined()
    await until('it to answer', async () => ((await answers(client, namespace, pod.metadata.name)) ? true : undefined))
    // The events of a fault are told after what was done, and by nobody's order.
    const events = await until('what was told of it', async () => {
      const told = await client.list<KubeObject & { readonly type: string; readonly message: string }>(EVENTS, {
        namespace,
        fields: `involvedObject.uid=${fault.metadata.uid}`,
      })
      return told.length > 0 ? told : undefined
    })
    expect(events.filter(({ type }) => type !== 'Normal').map(({ message }) => message)).toEqual([])
  })

  test('lasts from its injection on, not from its creation', async () => {
    const { namespace, pod } = await open(1)
    const fault = await ask(client, namespace, { ...partition(pod), active: false, durationMs: 3_000 })
    await untilFault(client, fault, 'to be prepared', (seen) => phaseOf(seen) === 'Prepared')
    const { status = {} } = await read(client, fault)
    const preparedAt = Date.parse(status.targets?.[0]?.preparedAt ?? '')
    await until('some time to go by', () => (Date.now() - preparedAt > 2_000 ? true : undefined))
    await client.patch(FAULTS, fault.metadata.name, namespace, { spec: { active: true } }, { type: 'merge' })
    const over = await untilFault(client, fault, 'to end by itself', conditionIs('Recovered'))
    const { injectedAt = '', expiresAt = '', recoveredAt = '', endReason } = recordOf(over)
    expect(endReason, JSON.stringify(over.status)).toBe('deadline')
    expect(Date.parse(injectedAt)).toBeGreaterThan(preparedAt + 1_900)
    expect(Math.abs(Date.parse(expiresAt) - Date.parse(injectedAt) - 3_000)).toBeLessThan(500)
    expect(Date.parse(recoveredAt) - Date.parse(injectedAt)).toBeGreaterThanOrEqual(2_900)
  })

  test('that nobody permitted says which label is missing, unlike one whose target is not there', async () => {
    const closed = await testNamespace(client, {})
    namespaces.push(closed)
    const pod = await startPod(client, closed, 'alone')
    const refused = await ask(client, closed, partition(pod))
    const seen = await untilFault(client, refused, 'to be refused', (one) => failure(one)?.status === 'True')
    expect(failure(seen)?.message).toContain(`kubectl label namespace ${closed} seaworthy.dev/allow=true`)
    const { namespace } = await open(1)
    const lost = await ask(client, namespace, {
      type: 'pod-kill',
      targets: [{ kind: 'Pod', name: 'nobody', uid: 'none' }],
    })
    const nobody = await untilFault(client, lost, 'to be refused', (one) => failure(one)?.status === 'True')
    expect(failure(nobody)?.message).toMatch(/Pod\/nobody is not there/)
  })

  test.each([
    ['network-loss', { loss: '250%' }, /loss/],
    ['network-delay', { latency: 'soon' }, /latency/],
    ['network-delay', { latncy: '1s' }, /latncy/],
    ['http-abort', { status: 99 }, /status/],
    ['cpu-stress', { workers: -1 }, /workers/],
    ['pod-kill', { 'grace-period': 'never' }, /grace-period/],
    ['scale', { to: 1e9 }, /to/],
    ['network-bandwidth', { rate: '1mbps' }, /rate/],
  ])('%s with %j is refused with the path of what is wrong', async (type, parameters, path) => {
    const { namespace, pod } = await shared()
    const deployment = await client.get<KubeObject>(DEPLOYMENTS, 'web', namespace)
    const target =
      type === 'scale' ? { kind: 'Deployment', name: 'web', uid: deployment?.metadata.uid ?? '' } : podTarget(pod)
    const fault = await ask(client, namespace, { type, targets: [target], parameters })
    const seen = await untilFault(client, fault, 'to be refused', (one) => failure(one)?.status === 'True')
    expect(recordOf(seen).phase).toBe('Refused')
    expect(failure(seen)?.message).toMatch(path)
  })

  test('can be waited for by kubectl', async () => {
    const { namespace, pod } = await open(1)
    const fault = await ask(client, namespace, { ...partition(pod), durationMs: 2_000 })
    const name = `fault/${fault.metadata.name}`
    for (const condition of ['Injected', 'Recovered'])
      expect(
        await kubectl(
          engine.cluster,
          '--namespace',
          namespace,
          'wait',
          `--for=condition=${condition}`,
          '--timeout=30s',
          name,
        ),
      ).toContain('condition met')
    const shown = await kubectl(engine.cluster, '--namespace', namespace, 'get', name)
    expect(shown).toMatch(/TYPE +TARGETS +INJECTED +RECOVERED/)
  })

  test('that scaled to nothing is undone by default', async () => {
    const { namespace } = await open(2)
    const deployment = await client.get<KubeObject>(DEPLOYMENTS, 'web', namespace)
    const targets = [{ kind: 'Deployment', name: 'web', uid: deployment?.metadata.uid ?? '' }]
    const fault = await ask(client, namespace, { type: 'scale', targets, parameters: { to: 0 }, durationMs: 2_000 })
    await untilFault(client, fault, 'to be on', conditionIs('Injected'))
    await untilFault(client, fault, 'to end by itself', conditionIs('Recovered'))
    expect(await readyPods(client, namespace, 2)).toHaveLength(2)
  })
})

let sharing: Promise<Preview & { readonly pod: Pod }> | undefined
function shared() {
  sharing ??= open(1)
  return sharing
}

describe('without those who would do it', () => {
  test('a fault is done soon after the controller was replaced', async () => {
    const { namespace, pod } = await open(1)
    await replaceController(client)
    const createdAt = performance.now()
    const fault = await ask(client, namespace, { type: 'pod-kill', targets: [podTarget(pod)] })
    await untilFault(client, fault, 'to be done', conditionIs('Injected'))
    console.log(
      `pod-kill ${Math.round(performance.now() - createdAt)} ms after its creation, right after a controller was killed`,
    )
  })

  test('a fault on a node without a daemon says so, and can be deleted', async () => {
    const { namespace, pods } = await open(2)
    const [pod] = pods.filter(({ spec }) => spec.nodeName === 'node-2').concat(pods)
    if (!pod) throw new Error('there is no pod')
    const node = pod.spec.nodeName ?? ''
    await withoutDaemon(engine, node, async () => {
      const fault = await ask(client, namespace, partition(pod))
      const seen = await untilFault(client, fault, 'to be spoken of', (one) => failure(one)?.status === 'True')
      expect(failure(seen)).toMatchObject({ reason: 'NoAnswer', message: expect.stringContaining(`on node ${node}`) })
      expect(conditionIs('Injected')(seen)).toBe(false)
      await client.remove(FAULTS, fault.metadata.name, namespace)
      expect(await client.get(FAULTS, fault.metadata.name, namespace)).toBeUndefined()
    })
  })

  test('a fault is ended by the kernel when its daemon hears nothing, and its object goes', async () => {
    const { namespace, pod } = await open(1)
    const node = pod.spec.nodeName
    const fault = await ask(client, namespace, { ...partition(pod), durationMs: 6_000 })
    await untilFault(client, fault, 'to be on', conditionIs('Injected'))
    expect(await answers(client, namespace, pod.metadata.name)).toBe(false)
    const { metadata } = await daemonOf(client, node)
    const stopped = await signalAll(engine, node, 'STOP', 'cli.cjs daemon')
    expect(stopped).toBeGreaterThan(0)
    try {
      await client.remove(FAULTS, fault.metadata.name, namespace)
      expect(await client.get(FAULTS, fault.metadata.name, namespace)).toBeUndefined()
      await until('it to answer', async () =>
        (await answers(client, namespace, pod.metadata.name)) ? true : undefined,
      )
    } finally {
      await signalAll(engine, node, 'CONT', 'cli.cjs daemon')
    }
    expect((await daemonOf(client, node)).metadata.uid).toBe(metadata.uid)
    await until('no rule to be left', async () => {
      const { inbound } = await rulesIn(pod)
      return inbound === '' ? true : undefined
    })
  })
})

/** Names of our tables in a pod's network. */
async function rulesIn({ spec, metadata }: Pod): Promise<{ readonly inbound: string }> {
  const uid = (metadata.uid ?? '').replaceAll('-', '[-_]')
  const script = `for f in /proc/[0-9]*/cgroup; do if grep -q '${uid}' $f 2>/dev/null; then p=\${f#/proc/}; p=\${p%/cgroup}; nsenter --net=/proc/$p/ns/net nft list tables; break; fi; done | grep seaworthy || true`
  return { inbound: (await onNode(engine, spec.nodeName, script)).trim() }
}
