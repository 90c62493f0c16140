import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { CONFIG_MAPS, FAULTS, LEASES, NAMESPACES, NODE_FAULTS, NODES, PODS } from '../../../src/kube/resources.ts'
import { ask, conditionIs, end, podTarget, read, recordOf, testNamespace, untilFault } from '../controller/engine.ts'
import {
  type Attack,
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

const fault = (name: string, namespace: string | undefined, spec: object) => ({
  apiVersion: 'seaworthy.dev/v1alpha1',
  kind: namespace === undefined ? 'NodeFault' : 'Fault',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  spec: { type: 'network-partition', parameters: {}, durationMs: 5_000, ...spec },
})
const partition = (targets: Attack['targets']): Attack => ({ type: 'network-partition', targets })

describe.concurrent('the API server refuses', () => {
  const forbidden = expect.stringMatching(/^403 Forbidden/)

  test('a fault in the namespace of another', async () => {
    const { tenant, neighbour, neighbours } = stage
    const attack = fault('foreign', neighbour, { targets: [targetOf(neighbours)] })
    expect(await answerTo(tenant.create(FAULTS, attack))).toEqual(forbidden)
  })
  test('a fault on a node', async () => {
    const targets = [{ kind: 'Node', name: 'node-1', uid: 'any' }]
    expect(await answerTo(stage.tenant.create(NODE_FAULTS, fault('node', undefined, { targets })))).toEqual(forbidden)
  })
  test('to look at, change or end what another has', async () => {
    const { tenant, client, neighbour, neighbours } = stage
    const theirs = await ask(client, neighbour, {
      type: 'network-delay',
      targets: [targetOf(neighbours)],
      active: false,
      parameters: { latency: '1ms' },
    })
    const { name } = theirs.metadata
    expect(await answerTo(tenant.get(FAULTS, name, neighbour))).toEqual(forbidden)
    expect(await answerTo(tenant.remove(FAULTS, name, neighbour))).toEqual(forbidden)
    const patch = { spec: { active: true } }
    expect(await answerTo(tenant.patch(FAULTS, name, neighbour, patch, { type: 'merge' }))).toEqual(forbidden)
    expect(await answerTo(tenant.list(PODS, { namespace: neighbour }))).toEqual(forbidden)
    expect(await answerTo(tenant.remove(PODS, firstOf(neighbours).metadata.name, neighbour))).toEqual(forbidden)
    await client.remove(FAULTS, name, neighbour)
  })
  test('a forged status, by merge and in the name of a daemon', async () => {
    const { tenant, mine, pods } = stage
    const own = await ask(tenant, mine, {
      type: 'network-delay',
      targets: [targetOf(pods)],
      active: false,
      parameters: { latency: '1ms' },
    })
    const status = { targets: [{ uid: targetOf(pods).uid, phase: 'Injected' }] }
    const { name } = own.metadata
    const merge = tenant.patch(FAULTS, name, mine, { status }, { type: 'merge', subresource: 'status' })
    expect(await answerTo(merge)).toEqual(forbidden)
    const body = { ...fault(name, mine, {}), status }
    for (const manager of ['seaworthy-daemon-node-1', 'seaworthy-controller']) {
      const forged = tenant.apply(FAULTS, body, { manager, force: true, subresource: 'status' })
      expect(await answerTo(forged)).toEqual(forbidden)
    }
    await tenant.remove(FAULTS, name, mine)
  })
  test('the labels that permit faults, from one who has no right to write them', async () => {
    const { tenant, mine, neighbour } = stage
    const labels = { metadata: { labels: { 'seaworthy.dev/allow-open': 'true' } } }
    for (const name of [mine, neighbour])
      expect(await answerTo(tenant.patch(NAMESPACES, name, undefined, labels, { type: 'merge' }))).toEqual(forbidden)
    expect(await answerTo(tenant.patch(NODES, 'node-1', undefined, labels, { type: 'merge' }))).toEqual(forbidden)
  })
  test('to touch the Lease of another, and the records of the controller', async () => {
    const { tenant, client, neighbour } = stage
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'seaworthy', namespace: neighbour },
    }
    await client.create(LEASES, lease)
    const spec = { holderIdentity: 'somebody' }
    expect(await answerTo(tenant.patch(LEASES, 'seaworthy', neighbour, { spec }, { type: 'merge' }))).toEqual(forbidden)
    expect(await answerTo(tenant.remove(LEASES, 'seaworthy', neighbour))).toEqual(forbidden)
    expect(await answerTo(tenant.list(CONFIG_MAPS, { namespace: 'seaworthy-system' }))).toEqual(forbidden)
    const record = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'seaworthy-undo-forged',
        namespace: 'seaworthy-system',
        labels: { 'app.kubernetes.io/component': 'undo-record' },
      },
    }
    expect(await answerTo(tenant.create(CONFIG_MAPS, record))).toEqual(forbidden)
    await client.remove(LEASES, 'seaworthy', neighbour)
  })

  const own = () => targetOf(stage.pods)
  const tooMuch: readonly (readonly [string, () => object, RegExp])[] = [
    ['501 targets', () => ({ targets: manyTargets(501) }), /spec\.targets.*500/],
    ['no target at all', () => ({ targets: [] }), /spec\.targets/],
    ['the same target twice', () => ({ targets: [targetOf(stage.pods), targetOf(stage.pods)] }), /Duplicate/],
    ['more than an hour', () => ({ targets: [targetOf(stage.pods)], durationMs: 3_600_001 }), /durationMs.*3600000/],
    ['no time at all', () => ({ targets: [targetOf(stage.pods)], durationMs: -1 }), /durationMs/],
    ['a number beyond all numbers', () => ({ targets: [targetOf(stage.pods)], durationMs: 1e300 }), /durationMs/],
    [
      'a key that there is none of',
      () => ({ targets: [targetOf(stage.pods)], actions: [{ do: 'node-power' }] }),
      /actions/,
    ],
    ['a name longer than names are', () => ({ targets: [{ ...targetOf(stage.pods), name: 'x'.repeat(254) }] }), /name/],
    [
      'peers that are no list of addresses',
      () => ({ targets: [targetOf(stage.pods)], peers: { v4: ['1'.repeat(46)], v6: [] } }),
      /peers/,
    ],
    [
      'a path for a name',
      () => ({
        targets: [{ ...own(), name: `../../${stage.neighbour}/pods/${firstOf(stage.neighbours).metadata.name}` }],
      }),
      /targets\[0\]\.name/,
    ],
    ['a path for a UID', () => ({ targets: [{ ...own(), uid: '../../../etc/passwd' }] }), /targets\[0\]\.uid/],
    ['a path for a container', () => ({ targets: [{ ...own(), container: '../../1' }] }), /targets\[0\]\.container/],
    ['a path for a kind', () => ({ targets: [{ ...own(), kind: '../../nodes' }] }), /targets\[0\]\.kind/],
    ['a path for a type', () => ({ targets: [own()], type: '../script' }), /spec\.type/],
    ['a path for a Lease', () => ({ targets: [own()], lease: '../../other/leases/x' }), /spec\.lease/],
    ['a line break in the name of a run', () => ({ targets: [own()], run: 'a\nb' }), /spec\.run/],
    [
      'two megabytes of parameters',
      () => ({ targets: [targetOf(stage.pods)], parameters: { x: 'y'.repeat(2_000_000) } }),
      /413|422|too large|limit/i,
    ],
  ]
  test.each(tooMuch)('%s', async (_, spec, words) => {
    const { tenant, mine } = stage
    const body = fault(`much-${Math.random().toString(36).slice(2, 8)}`, mine, spec())
    const path = `/apis/seaworthy.dev/v1alpha1/namespaces/${mine}/faults`
    const { status, body: said } = await tenant.raw({
      method: 'POST',
      path,
      body,
      query: { fieldValidation: 'Strict' },
    })
    expect({ status, said: said.toString('utf8') }).toEqual({
      status: expect.toSatisfy((code: number) => code >= 400),
      said: expect.stringMatching(words),
    })
  })

  test('another fault in the place of one that was looked at', async () => {
    const { tenant, mine, pods, neighbours } = stage
    const own = await ask(tenant, mine, {
      type: 'network-delay',
      targets: [targetOf(pods)],
      active: false,
      parameters: { latency: '1ms' },
      run: 'one',
    })
    const changes = [
      { type: 'network-partition' },
      { durationMs: 3_600_000 },
      { run: 'another' },
      { lease: 'another' },
      { seed: 7 },
      { targets: [targetOf(neighbours)] },
      { targets: [{ ...targetOf(pods), name: firstOf(neighbours).metadata.name }] },
    ]
    for (const spec of changes) {
      const answer = await answerTo(tenant.patch(FAULTS, own.metadata.name, mine, { spec }, { type: 'merge' }))
      expect(answer, JSON.stringify(spec)).toMatch(/^422 Invalid: .*(cannot be changed|can only be added)/s)
    }
    await tenant.remove(FAULTS, own.metadata.name, mine)
  })
})

function manyTargets(count: number): Attack['targets'] {
  return Array.from({ length: count }, (_, at) => ({ kind: 'Pod', name: `pod-${at}`, uid: `uid-${at}` }))
}

describe.concurrent('those who would do it refuse', () => {
  const refused = (what: string, attack: () => Attack, words: RegExp) =>
    test(what, async () => {
      expect(await refusalTo(stage.tenant, stage.mine, attack())).toMatch(words)
    })

  refused(
    "another's pod by its name and UID",
    () => partition([targetOf(stage.neighbours)]),
    /is not there in namespace/,
  )
  refused(
    "another's pod by its UID, under the name of his own",
    () => partition([{ ...targetOf(stage.pods), uid: targetOf(stage.neighbours).uid }]),
    /is another one now/,
  )
  refused("another's pod, to kill", () => ({ type: 'pod-kill', targets: [targetOf(stage.neighbours)] }), /not there/)
  refused(
    "another's pod in the place of his own",
    () => partition([{ ...targetOf(stage.neighbours), replaces: targetOf(stage.pods).uid }]),
    /is not there in namespace/,
  )
  refused(
    "another's namespace",
    () => ({
      type: 'network-policy',
      targets: [{ kind: 'Namespace', name: stage.neighbour, uid: 'any' }],
      parameters: { deny: 'both' },
    }),
    /workload|not a Namespace/,
  )
  refused(
    'a node by a fault of a namespace',
    () => ({ type: 'node-cordon', targets: [{ kind: 'Node', name: 'node-1', uid: 'any' }] }),
    /needs a NodeFault/,
  )
  refused(
    'a node as the target of a fault on pods',
    () => partition([{ kind: 'Node', name: 'node-1', uid: 'any' }]),
    /not a Node|nobody has said/,
  )
  refused(
    'the workload of another kind',
    () => ({
      type: 'scale',
      targets: [{ kind: 'ClusterRole', name: 'seaworthy-user', uid: 'any' }],
      parameters: { to: 0 },
    }),
    /not a ClusterRole/,
  )
  refused(
    'a container that there is none of',
    () => ({
      type: 'process-kill',
      targets: [{ ...targetOf(stage.pods), container: 'other' }],
      parameters: { process: 'static' },
    }),
    /no container/,
  )
  refused(
    'a type that there is none of',
    () => ({ type: 'no-such-fault', targets: [targetOf(stage.pods)] }),
    /no fault type/,
  )
  refused(
    'peers that are no addresses',
    () => ({
      ...partition([targetOf(stage.pods)]),
      parameters: { to: { name: 'nobody.invalid' } },
      peers: { v4: ['10.0.0.1 } ; flush ruleset'], v6: [] },
    }),
    /not an IP address/,
  )
  refused(
    'a replica count beyond all clusters',
    () => ({ type: 'scale', targets: [{ kind: 'Deployment', name: 'web', uid: 'any' }], parameters: { to: 1e9 } }),
    /parameters|to:/,
  )

  test.each(['patch', 'apply', 'script', 'job'])('%s without the label for what is open-ended', async (type) => {
    const parameters = {
      patch: { merge: { metadata: { labels: { own: 'yes' } } } },
      apply: { manifests: [{ apiVersion: 'v1', kind: 'ConfigMap' }] },
      script: { inject: 'true', recover: 'true', proof: 'true' },
      job: { image: 'docker.io/local/static:1' },
    }[type]
    const { metadata } = (await stage.client.get<KubeObject>(NAMESPACES, stage.mine)) ?? { metadata: { uid: '' } }
    const whole = { kind: 'Namespace', name: stage.mine, uid: metadata.uid ?? '' }
    const targets = [type === 'apply' || type === 'job' ? whole : targetOf(stage.pods)]
    expect(await refusalTo(stage.tenant, stage.mine, { type, targets, parameters: parameters ?? {} })).toMatch(
      /allow-open=true/,
    )
  })

  test.each([[{}], [{ 'seaworthy.dev/allow': 'false' }], [{ 'seaworthy.dev/allow': 'True' }]])(
    'a namespace labelled %j',
    async (labels) => {
      const { client } = stage
      const closed = await testNamespace(client, labels)
      const pod = await startPod(client, closed, 'alone')
      for (const type of ['network-partition', 'pod-kill'])
        expect(await refusalTo(client, closed, { type, targets: [podTarget(pod)] })).toMatch(
          /does not permit it.*allow=true/,
        )
      expect((await client.get(PODS, 'alone', closed))?.metadata.uid).toBe(pod.metadata.uid)
      await client.remove(NAMESPACES, closed)
    },
  )

  test.each(['kube-system', 'seaworthy-system'])('anything in %s, from an administrator too', async (namespace) => {
    const { client } = stage
    const [pod] = await client.list<KubeObject>(PODS, { namespace })
    if (!pod) throw new Error(`${namespace} is empty`)
    for (const type of ['network-partition', 'pod-kill', 'process-kill']) {
      const attack = await ask(client, namespace, { type, targets: [podTarget(pod)], durationMs: 1_000 })
      expect(await reasonOf(client, attack)).toMatch(/is protected/)
      await client.remove(FAULTS, attack.metadata.name, namespace)
    }
  })

  test('the network of a pod that is on the network of its node', async () => {
    const { client, tenant, mine } = stage
    const pod = await startPod(client, mine, 'on-node', { hostNetwork: true })
    const harmful = [
      ['network-partition', {}],
      ['network-delay', { latency: '100ms' }],
      ['http-abort', { status: 503 }],
      ['dns-error', { patterns: ['*'] }],
      ['connection-exhaust', { connections: 10, port: 10250 }],
    ] as const
    for (const [type, parameters] of harmful)
      expect(await refusalTo(tenant, mine, { type, targets: [podTarget(pod)], parameters }), type).toMatch(
        /node's own network/,
      )
  })

  test('a part of Seaworthy, wherever it runs', async () => {
    const { client, tenant, mine } = stage
    const pod = await startPod(client, mine, 'traffic', {}, undefined, { 'app.kubernetes.io/part-of': 'seaworthy' })
    for (const type of ['network-partition', 'pod-kill', 'cpu-stress'])
      expect(await refusalTo(tenant, mine, { type, targets: [podTarget(pod)] })).toMatch(/part of Seaworthy/)
  })

  test('a pod that came under the name of the one that was looked at', async () => {
    const { client, tenant, mine } = stage
    const pod = await startPod(client, mine, 'swapped')
    const attacks = await Promise.all(
      ['network-partition', 'pod-kill'].map((type) =>
        ask(tenant, mine, { type, targets: [podTarget(pod)], active: false }),
      ),
    )
    for (const attack of attacks)
      await untilFault(tenant, attack, 'to be prepared', (seen) => recordIs(seen, 'Prepared'))
    await client.remove(PODS, 'swapped', mine, { graceSeconds: 0 })
    const other = await startPod(client, mine, 'swapped')
    expect(other.metadata.uid).not.toBe(pod.metadata.uid)
    for (const attack of attacks) {
      await tenant.patch(FAULTS, attack.metadata.name, mine, { spec: { active: true } }, { type: 'merge' })
      expect(await reasonOf(tenant, attack)).toMatch(/gone|another one now|TargetGone/i)
    }
    expect((await client.get(PODS, 'swapped', mine))?.metadata).toMatchObject({ uid: other.metadata.uid })
  })

  test('to go on when the namespace no longer permits it', async () => {
    const { client } = stage
    const own = await testNamespace(client)
    const pod = await startPod(client, own, 'alone')
    const running = await ask(client, own, { type: 'network-partition', targets: [podTarget(pod)] })
    await untilFault(client, running, 'to be on', conditionIs('Injected'))
    const labels = { metadata: { labels: { 'seaworthy.dev/allow': null } } }
    await client.patch(NAMESPACES, own, undefined, labels, { type: 'merge' })
    const over = await untilFault(client, running, 'to be ended', conditionIs('Recovered'))
    expect(recordOf(over)).toMatchObject({ phase: 'Recovered', message: expect.stringContaining('allow=true') })
    await client.remove(NAMESPACES, own)
  })

  test('a fault in the name of a run that does not hold the Lease', async () => {
    const { tenant, mine, pods } = stage
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'seaworthy', namespace: mine },
      spec: {
        holderIdentity: 'run-of-another',
        leaseDurationSeconds: 3_600,
        renewTime: `${new Date().toISOString().slice(0, -1)}000Z`,
      },
    }
    await tenant.create(LEASES, lease)
    const stolen = await ask(tenant, mine, {
      type: 'network-delay',
      targets: [targetOf(pods)],
      parameters: { latency: '1ms' },
      run: 'mine',
      lease: 'seaworthy',
    })
    const over = await untilFault(
      tenant,
      stolen,
      'to be ended',
      // It may be ended before it was on at all.
      ({ spec, status }) => spec.end !== undefined && status?.targets?.[0]?.phase === 'Recovered',
    )
    expect(over.spec.end?.by).toBe('lease')
    await tenant.remove(LEASES, 'seaworthy', mine)
  })

  test('parameters that were changed after they were looked at', async () => {
    const { tenant, mine, pods } = stage
    const own = await ask(tenant, mine, {
      type: 'network-delay',
      targets: [targetOf(pods)],
      parameters: { latency: '1ms' },
    })
    const on = await untilFault(tenant, own, 'to be on', conditionIs('Injected'))
    const spec = { parameters: { latency: '30s' }, targets: [...own.spec.targets, targetOf(stage.neighbours)] }
    await tenant.patch(FAULTS, own.metadata.name, mine, { spec }, { type: 'merge' })
    await untilFault(
      tenant,
      own,
      'to be looked at again',
      ({ status }) => (status?.conditions?.[0]?.observedGeneration ?? 0) > 1,
    )
    const seen = await read(tenant, own)
    expect(recordOf(seen)).toMatchObject({
      phase: 'Injected',
      mechanism: recordOf(on).mechanism,
      expiresAt: recordOf(on).expiresAt,
    })
    const over = await end(tenant, own)
    expect(recordOf(over).under?.medianHeldMs ?? 0).toBeLessThan(1_000)
    expect(over.status?.targets?.filter(({ injectedAt }) => injectedAt !== undefined)).toHaveLength(1)
  })
})

function recordIs(fault: Parameters<typeof recordOf>[0], phase: string): boolean {
  return fault.status?.targets?.[0]?.phase === phase
}

describe('after all of it', () => {
  test('nobody else has noticed anything', async () => {
    expect(await harmDone(stage)).toEqual([])
  })
  test('what is honest works', async () => {
    const { tenant, mine, pods } = stage
    const honest = await ask(tenant, mine, partition([targetOf(pods)]))
    await untilFault(tenant, honest, 'to be on', conditionIs('Injected'))
    expect(recordOf(await end(tenant, honest))).toMatchObject({ phase: 'Recovered', endedBy: expect.any(String) })
    const killed = await ask(tenant, mine, { type: 'pod-kill', targets: [targetOf(pods)] })
    await untilFault(tenant, killed, 'to be done', conditionIs('Injected'))
  })
})
