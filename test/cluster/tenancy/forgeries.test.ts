import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isAlive } from '../../../src/kit/process-identity.ts'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { CONFIG_MAPS, DEPLOYMENTS, EVENTS, FAULTS, LEASES, NAMESPACES, PODS } from '../../../src/kube/resources.ts'
import {
  ask,
  conditionIs,
  end,
  podTarget,
  readyPods,
  recordOf,
  type StoredFault,
  testNamespace,
  untilFault,
} from '../controller/engine.ts'
import { replaceController } from '../honesty/engine-down.ts'
import {
  closeStage,
  firstOf,
  harmDone,
  openStage,
  reasonOf,
  refusalTo,
  type Stage,
  startPod,
  targetOf,
} from './stage.ts'
import { answerTo } from './tenant.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => closeStage(stage))

const FAULT = { apiVersion: 'seaworthy.dev/v1alpha1', kind: 'Fault' }
const spec = (more: object) => ({
  type: 'network-partition',
  parameters: {},
  durationMs: 5_000,
  targets: [targetOf(stage.pods)],
  ...more,
})

async function deploymentOf(namespace: string): Promise<KubeObject & { readonly spec: { readonly replicas: number } }> {
  const found = await stage.client.get<KubeObject & { readonly spec: { readonly replicas: number } }>(
    DEPLOYMENTS,
    'web',
    namespace,
  )
  if (!found) throw new Error(`there is no Deployment in ${namespace}`)
  return found
}

describe.concurrent('what is forged moves nobody', () => {
  test('a status that comes with a new fault is dropped', async () => {
    const { tenant, mine, pods } = stage
    const { uid } = targetOf(pods)
    const now = new Date().toISOString()
    const forged = await tenant.create<StoredFault>(FAULTS, {
      ...FAULT,
      metadata: { name: 'born-proven', namespace: mine },
      spec: { ...spec({}), active: false },
      status: {
        targets: [{ uid, phase: 'Injected', injectedAt: now, mechanism: 'forged' }],
        conditions: [{ type: 'Injected', status: 'True', reason: 'Forged', message: '', lastTransitionTime: now }],
      },
    } as never)
    expect(forged.status).toBeUndefined()
    const seen = await untilFault(tenant, forged, 'to be prepared', ({ status }) => status?.targets !== undefined)
    expect(conditionIs('Injected')(seen)).toBe(false)
    expect(recordOf(seen).injectedAt).toBeUndefined()
    await tenant.remove(FAULTS, 'born-proven', mine)
  })

  test('labels and annotations of the fault and of its pod permit nothing', async () => {
    const { client } = stage
    const closed = await testNamespace(client, {})
    const words = { 'seaworthy.dev/allow': 'true', 'seaworthy.dev/allow-open': 'true' }
    const pod = await startPod(client, closed, 'alone', {}, undefined, words)
    await client.patch(PODS, 'alone', closed, { metadata: { annotations: words } }, { type: 'merge' })
    for (const type of ['network-partition', 'pod-kill']) {
      const fault = await client.create<StoredFault>(FAULTS, {
        ...FAULT,
        metadata: { name: type, namespace: closed, labels: words, annotations: words },
        spec: { ...spec({ type, targets: [podTarget(pod)] }), active: true, seed: 1 },
      } as never)
      expect(await reasonOf(client, fault)).toMatch(/does not permit it.*allow=true/)
    }
    expect((await client.get(PODS, 'alone', closed))?.metadata.uid).toBe(pod.metadata.uid)
    await client.remove(NAMESPACES, closed)
  })

  test('Events are not to be written by a tenant, and one that says otherwise changes no fault', async () => {
    const { tenant, client, mine, pods } = stage
    const fault = await ask(tenant, mine, {
      type: 'network-partition',
      targets: [{ ...targetOf(pods), uid: 'somebody-else' }],
    })
    const refused = await reasonOf(tenant, fault)
    const involvedObject = { ...FAULT, name: fault.metadata.name, namespace: mine, uid: fault.metadata.uid }
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${fault.metadata.name}.forged`, namespace: mine },
      involvedObject,
      reason: 'Injected',
      message: 'it is on',
      type: 'Normal',
      source: { component: 'seaworthy-daemon' },
    }
    expect(await answerTo(tenant.create(EVENTS, event))).toMatch(/^403 Forbidden/)
    await client.create(EVENTS, event)
    const annotations = { 'seaworthy.dev/fault-uid': 'forged', 'seaworthy.dev/description': '::error::\u001b[2J' }
    await tenant.patch(FAULTS, fault.metadata.name, mine, { metadata: { annotations } }, { type: 'merge' })
    expect(await reasonOf(tenant, fault)).toBe(refused)
    await tenant.remove(FAULTS, fault.metadata.name, mine)
  })

  test("the controller's own Lease, and a Lease that has its name elsewhere", async () => {
    const { tenantOfOpen: tenant, client, open } = stage
    const system = 'seaworthy-system'
    const lease = (namespace: string) => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'seaworthy-controller', namespace },
      spec: { holderIdentity: 'tenant', leaseDurationSeconds: 3_600 },
    })
    const { spec: taken } = lease(system)
    for (const attempt of [
      () => tenant.create(LEASES, lease(system)),
      () => tenant.patch(LEASES, 'seaworthy-controller', system, { spec: taken }, { type: 'merge' }),
      () => tenant.remove(LEASES, 'seaworthy-controller', system),
    ])
      expect(await answerTo(attempt())).toMatch(/^403 Forbidden/)
    await tenant.create(LEASES, lease(open))
    const honest = await ask(tenant, open, { type: 'scale', targets: [await workload(open)], parameters: { to: 2 } })
    await untilFault(tenant, honest, 'to be done by the controller', conditionIs('Injected'))
    await end(tenant, honest)
    await tenant.remove(LEASES, 'seaworthy-controller', open)
    await readyPods(client, open, 1)
  })
})

async function workload(namespace: string) {
  const { metadata } = await deploymentOf(namespace)
  return { kind: 'Deployment', name: 'web', uid: metadata.uid ?? '' }
}

describe('what nobody may hurt', () => {
  test("a neighbour's Deployment by its UID, under the name of the own one", async () => {
    const { tenant, mine, neighbour } = stage
    for (const [type, parameters] of [
      ['scale', { to: 0 }],
      ['rollout-restart', {}],
    ] as const)
      expect(await refusalTo(tenant, mine, { type, targets: [await workload(neighbour)], parameters })).toMatch(
        /is another one now/,
      )
  })

  test.each(['kube-system', 'kube-public', 'kube-node-lease', 'seaworthy-system'])(
    '%s as a whole, from an administrator too',
    async (namespace) => {
      const { client } = stage
      const uid = (await client.get(NAMESPACES, namespace))?.metadata.uid ?? ''
      const attack = await ask(client, namespace, {
        type: 'network-policy',
        targets: [{ kind: 'Namespace', name: namespace, uid }],
        parameters: { deny: 'both' },
      })
      expect(await reasonOf(client, attack)).toMatch(/is protected/)
      await client.remove(FAULTS, attack.metadata.name, namespace)
    },
  )

  test("the node's processes, from a pod that sees them all", async () => {
    const { client, tenant, mine, cluster } = stage
    const pod = await startPod(client, mine, 'sees-all', { hostPID: true })
    const words = ['kubelet', 'containerd', 'cli.cjs daemon']
    const attempts = ['process-kill', 'process-pause'].flatMap((type) => words.map((process) => ({ type, process })))
    await Promise.all(
      attempts.map(async ({ type, process }) => {
        const attack = await ask(tenant, mine, { type, targets: [podTarget(pod)], parameters: { process } })
        const seen = await untilFault(tenant, attack, 'to fail', conditionIs('Failed'))
        expect(seen.status?.targets?.[0]?.phase, `${type} of ${process}`).toMatch(/Failed|Refused/)
      }),
    )
    for (const [name, identity] of Object.entries(cluster.processes)) expect(isAlive(identity), name).toBe(true)
  })
})

describe.concurrent('hostile names and labels', () => {
  test('the longest name, and labels and annotations full of commands, are words', async () => {
    const { tenant, client, mine } = stage
    const words = { note: '$(touch /tmp/seaworthy-hostile)\n::error::x', 'x.example/y': '} ; add table inet x ; {' }
    const pod = await startPod(client, mine, 'p'.repeat(63), {}, [
      'node',
      '--eval',
      "process.title = `$(touch /tmp/x); '\\n::error::`; setInterval(() => {}, 1e6)",
    ])
    await client.patch(PODS, pod.metadata.name, mine, { metadata: { annotations: words } }, { type: 'merge' })
    const name = `${'a'.repeat(60)}.${'b'.repeat(192)}`
    const fault = await tenant.create<StoredFault>(FAULTS, {
      ...FAULT,
      metadata: { name, namespace: mine, annotations: words, labels: { 'seaworthy.dev/run': 'r'.repeat(63) } },
      spec: { ...spec({ targets: [podTarget(pod)], run: 'r'.repeat(63) }), active: true, seed: 1 },
    } as never)
    await untilFault(tenant, fault, 'to be on', conditionIs('Injected'))
    expect(recordOf(await end(tenant, fault))).toMatchObject({ phase: 'Recovered' })
    await tenant.remove(FAULTS, name, mine)
    const paused = await ask(tenant, mine, {
      type: 'process-pause',
      targets: [podTarget(pod)],
      parameters: { process: "$(touch /tmp/x); '" },
    })
    await untilFault(tenant, paused, 'to be on', conditionIs('Injected'))
    expect(recordOf(await end(tenant, paused))).toMatchObject({ phase: 'Recovered' })
  })

  test('what is said of them has no control characters, in records and in Events', async () => {
    const { client, tenantOfOpen, open, openPods } = stage
    const hostile = `\u001b[2J\u001b]0;x\u0007\r::error::forged\n\u202eevil`
    const script = { inject: `printf '${hostile}' >&2; exit 1`, recover: 'true', proof: 'true' }
    const pod = await startPod(client, open, 'speaks')
    const faults = await Promise.all([
      ask(tenantOfOpen, open, { type: 'script', targets: [podTarget(pod)], parameters: script }),
      ...[{ latency: hostile }, { [hostile]: '1s', latency: '1ms' }].map((parameters) =>
        ask(tenantOfOpen, open, { type: 'network-delay', targets: [podTarget(firstOf(openPods))], parameters }),
      ),
      ask(tenantOfOpen, open, { type: 'pod-kill', targets: [podTarget(pod)], parameters: { [hostile]: hostile } }),
      ask(tenantOfOpen, open, {
        type: 'process-pause',
        targets: [podTarget(pod)],
        parameters: { process: 'none\u001b[2J' },
      }),
    ])
    for (const fault of faults) {
      const said = await reasonOf(tenantOfOpen, fault)
      expect(said).not.toMatch(CONTROL)
    }
    const events = await client.list<KubeObject & { readonly message: string }>(EVENTS, { namespace: open })
    const ours = events.filter(({ metadata }) => faults.some((fault) => metadata.name.startsWith(fault.metadata.name)))
    expect(ours.length).toBeGreaterThan(0)
    expect(ours.map(({ message }) => message).filter((message) => CONTROL.test(message))).toEqual([])
    for (const { metadata } of faults) await tenantOfOpen.remove(FAULTS, metadata.name, open)
  })
})

/** What could move a terminal's cursor, begin a line of its own, or turn the reading direction. */
const CONTROL = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u

describe('after all of it', () => {
  test('nobody else has noticed anything', async () => {
    expect(await harmDone(stage)).toEqual([])
  })

  test('a forged undo record in a namespace of a tenant is not even read by the next controller', async () => {
    const { client, mine, neighbour } = stage
    const [victim, own] = await Promise.all([deploymentOf(neighbour), deploymentOf(mine)])
    const record = {
      fault: { kind: 'Fault', name: 'forged', namespace: neighbour, uid: 'forged', type: 'scale' },
      targets: [victim, own].map(({ metadata }) => ({
        uid: metadata.uid,
        name: 'web',
        action: { do: 'scale' },
        undo: [
          {
            undo: 'fields',
            resource: DEPLOYMENTS,
            name: 'web',
            namespace: metadata.namespace,
            uid: metadata.uid,
            changes: [{ path: ['spec', 'replicas'], before: { value: 0 }, after: { value: 2 } }],
          },
        ],
      })),
    }
    const labels = { 'app.kubernetes.io/part-of': 'seaworthy', 'app.kubernetes.io/component': 'undo-record' }
    await client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'seaworthy-undo-forged', namespace: mine, labels },
      data: { record: JSON.stringify(record) },
    } as KubeObject)
    await replaceController(client)
    const honest = await ask(client, mine, { type: 'scale', targets: [await workload(mine)], parameters: { to: 1 } })
    await untilFault(client, honest, 'to be on', conditionIs('Injected'))
    await end(client, honest)
    expect((await deploymentOf(neighbour)).spec.replicas).toBe(victim.spec.replicas)
    expect((await deploymentOf(mine)).spec.replicas).toBe(own.spec.replicas)
    expect(await client.get(CONFIG_MAPS, 'seaworthy-undo-forged', mine)).toBeDefined()
  })
})
