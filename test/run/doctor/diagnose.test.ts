import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { KubeError } from '../../../src/kube/kube-error.ts'
import { FAULTS, LEASES, PODS } from '../../../src/kube/resources.ts'
import { diagnosisSchema } from '../../../src/model/diagnosis.ts'
import { renderDiagnosis } from '../../../src/report/doctor/render-diagnosis.ts'
import { bad, examine, namespace, node, part, SUITE, World } from './world.ts'

const PROCESS_SUITE = `
apiVersion: seaworthy.dev/v1
kind: Suite
metadata: {name: shop}
system: {services: {web: {command: "node web.mjs", replicas: 2}}}
traffic: {http: {url: "http://web/", rate: 50/s}}
objectives: [{name: answers, indicator: {traffic: success}, target: 99%}]
windows: {baseline: 30s, fault: 60s, recovery: 30s}
experiments:
  - {name: dies, fault: {type: pod-kill, target: {workload: web, mode: one}}}
`

describe('a cluster that is fit', () => {
  it('is said to be so, in every part, and nothing in it is changed', async () => {
    const world = World.fit()
    const diagnosis = await examine(world)
    expect(bad(diagnosis)).toEqual([])
    expect(diagnosis.fit).toBe(true)
    expect(diagnosisSchema.parse(diagnosis)).toEqual(diagnosis)
    expect(new Set(diagnosis.findings.map(({ section }) => section))).toEqual(
      new Set(['machine', 'suite', 'cluster', 'namespace', 'rights', 'engine', 'nodes', 'leftovers']),
    )
    expect(new Set(world.kube.asked.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']))
  })

  it('shows no secret', async () => {
    const world = World.fit()
    const environment = { GITHUB_ACTIONS: 'true', GITHUB_TOKEN: 'hunter2', PROM: 'hunter2' }
    const prometheus = '\nprometheus: {url: "http://127.0.0.1:9/", token-from: PROM}\n'
    const prometheusUrl = 'http://user:hunter2@127.0.0.1:9/'
    const diagnosis = await examine(world, SUITE + prometheus, { environment, prometheusUrl })
    expect(diagnosis.findings.some(({ section }) => section === 'prometheus')).toBe(true)
    expect(JSON.stringify(diagnosis)).not.toContain('hunter2')
  })
})

const READY = { desiredNumberScheduled: 1, numberReady: 1, updatedNumberScheduled: 1 }
const LEASE = { holderIdentity: 'r-other', leaseDurationSeconds: 15, acquireTime: 'today' }

function lease({ kube }: World, run: string) {
  const spec = { ...LEASE, holderIdentity: run, renewTime: new Date().toISOString() }
  kube.place(LEASES, { metadata: { name: 'seaworthy', namespace: 'shop' }, spec } as KubeObject)
}

const PROBLEMS: readonly { what: string; change: (world: World) => unknown; finding: object }[] = [
  {
    what: 'a namespace without its label',
    change: ({ kube }) => namespace(kube, { team: 'shop' }),
    finding: { section: 'namespace', remedy: expect.stringContaining('label namespace shop seaworthy.dev/allow=true') },
  },
  {
    what: 'rights, with one rule a resource',
    change: (world) => {
      world.answers = { refused: ['create faults', 'patch faults', 'get pods/log'] }
    },
    finding: {
      section: 'rights',
      detail: 'not allowed to create, patch faults in namespace shop',
      remedy:
        'Add to a Role in namespace shop: {apiGroups: ["seaworthy.dev"], resources: ["faults"], verbs: ["create", "patch"]}.',
    },
  },
  {
    what: 'an engine that is missing',
    change: (world) => {
      world.kube.fail = ({ verb, plural }) =>
        ['daemonsets', 'customresourcedefinitions'].includes(plural) && verb !== 'create'
          ? new KubeError(404, 'NotFound', 'gone')
          : undefined
    },
    finding: { section: 'engine', remedy: expect.stringContaining('seaworthy install') },
  },
  {
    what: 'another version',
    change: ({ kube }) => part(kube, 'daemon', READY, '9.9.9'),
    finding: { section: 'engine', detail: expect.stringMatching(/^version 9\.9\.9 in .*, and this is /) },
  },
  {
    what: 'a daemon that is not ready everywhere',
    change: ({ kube }) => part(kube, 'daemon', { ...READY, desiredNumberScheduled: 2 }),
    finding: { section: 'engine', detail: 'the daemon is ready on 1 of 2 nodes' },
  },
  {
    what: 'a node that is not ready',
    change: ({ kube }) => node(kube, 'False'),
    finding: { section: 'nodes', detail: 'node node-1 is not ready: kubelet says so' },
  },
  {
    what: 'an old server',
    change: (world) => {
      world.answers = { version: 'v1.20.0' }
    },
    finding: { what: 'API server', detail: expect.stringContaining('at least v1.28') },
  },
  {
    what: 'a clock',
    change: (world) => {
      world.answers = { aheadMs: 60_000 }
    },
    finding: { what: 'clock', detail: expect.stringMatching(/ahead of ours by at least (58|59|60)\.\d s/) },
  },
  {
    what: 'another run',
    change: (world) => lease(world, 'r-other'),
    finding: { what: 'Lease', detail: 'run r-other has been breaking things in namespace shop since today' },
  },
]

describe('what would stop a run', () => {
  it.each(PROBLEMS)('is $what', async ({ change, finding }) => {
    const world = World.fit()
    change(world)
    const diagnosis = await examine(world)
    expect(diagnosis.fit).toBe(false)
    expect(bad(diagnosis)).toContainEqual(expect.objectContaining({ status: 'problem', ...finding }))
  })

  it('is a level of pod security that a command of the suite does not fit into, and open faults without consent', async () => {
    const world = World.fit()
    namespace(world.kube, { 'seaworthy.dev/allow': 'true', 'pod-security.kubernetes.io/enforce': 'restricted' })
    const open = `${SUITE}  - name: by hand
    steps:
      - fault: {type: script, target: {workload: Deployment/web, mode: one}, inject: "true", recover: "true", proof: "true"}
      - run: {command: "true", image: "busybox:1"}
`
    const diagnosis = await examine(world, open)
    expect(bad(diagnosis)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ what: 'pod security', remedy: expect.stringContaining('enforce=baseline') }),
        expect.objectContaining({ what: 'open faults', remedy: expect.stringContaining('allow-open=true') }),
      ]),
    )
  })

  it('is a server that does not answer; the rest is not looked at', async () => {
    const world = World.fit()
    const raw = async () => {
      throw new KubeError(0, '', 'no answer from https://fake.invalid', 'Check the way to it.')
    }
    Object.assign(world, { raw })
    const diagnosis = await examine(world)
    expect(bad(diagnosis)).toMatchObject([{ what: 'API server', status: 'problem', remedy: 'Check the way to it.' }])
    expect(diagnosis.findings.filter(({ section }) => section === 'rights' || section === 'nodes')).toEqual([])
    expect(diagnosis.findings).toContainEqual(expect.objectContaining({ status: 'skipped', section: 'cluster' }))
  })

  it('is a Prometheus that is not there, in the words of the API server and not of our way to it', async () => {
    const service = `${SUITE}prometheus: {service: "monitoring/prometheus:9090"}\n`
    const [gone, ...more] = bad(await examine(World.fit(), service))
    expect(more).toEqual([])
    expect(gone).toMatchObject({
      section: 'prometheus',
      status: 'problem',
      detail: 'monitoring/prometheus:9090: services "prometheus" not found',
    })
    const world = World.fit()
    world.answers = { prometheus: 500 }
    const [broken] = bad(await examine(world, service))
    expect(broken).toMatchObject({ section: 'prometheus', status: 'problem' })
    expect(broken?.detail).not.toContain('127.0.0.1')
  })

  it('is every mistake of a suite, with its place', async () => {
    const diagnosis = await examine(World.fit(), SUITE.replace('rate: 50/s', 'rate: often').replace('99%', 'most'))
    expect(bad(diagnosis)).toMatchObject([
      { section: 'suite', detail: expect.stringMatching(/seaworthy\.yaml:6:\d+: traffic\.http\.rate/) },
      { section: 'suite', detail: expect.stringMatching(/seaworthy\.yaml:7:\d+: objectives/) },
    ])
  })

  it('is what breaks while it is looked at, whatever that is', async () => {
    const world = World.fit()
    world.kube.fail = ({ plural }) => (plural === 'nodes' ? new KubeError(500, '', 'etcd is gone') : undefined)
    expect(bad(await examine(world))).toContainEqual(
      expect.objectContaining({ section: 'nodes', status: 'problem', detail: expect.stringContaining('etcd is gone') }),
    )
  })
})

describe('what does not stop a run', () => {
  it('is a node that cannot do what the suite asks for, or may not be asked', async () => {
    const world = World.fit()
    world.answers = { abilities: { nfqueue: false, tee: false } }
    const diagnosis = await examine(world)
    expect(diagnosis.fit).toBe(true)
    const [warning, ...more] = bad(diagnosis)
    expect(more).toEqual([])
    expect(warning).toMatchObject({ what: 'node-1', detail: expect.stringContaining('It cannot do network-delay: ') })
    expect(warning?.detail).not.toContain('network-duplicate')
    world.answers = { abilities: 403 }
    expect((await examine(world)).findings).toContainEqual(
      expect.objectContaining({ what: 'node-1', status: 'skipped', detail: expect.stringContaining('pods/proxy') }),
    )
  })

  it('is what former runs left, but not what the run has that is here now', async () => {
    const world = World.fit()
    for (const run of ['r-old', 'r-now'])
      world.kube.place(PODS, {
        metadata: { name: `${run}-traffic`, namespace: 'shop', labels: { 'seaworthy.dev/run': run } },
      })
    world.kube.place(FAULTS, {
      metadata: { name: 'slow', namespace: 'shop' },
      spec: { type: 'network-delay', targets: [{ kind: 'Pod', name: 'web-1', uid: 'u' }], active: true, run: 'r-old' },
    } as unknown as KubeObject)
    lease(world, 'r-now')
    const left = bad(await examine(world)).filter(({ section }) => section === 'leftovers')
    expect(left).toMatchObject([
      { status: 'warning', what: 'fault', remedy: expect.stringContaining('cleanup --run r-old --namespace shop') },
      { status: 'warning', what: 'Pod', detail: expect.stringContaining('r-old-traffic') },
    ])
  })

  it('is GitHub, of which only what is set is said', async () => {
    const none = await examine(World.fit(), SUITE, {
      environment: { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push' },
    })
    expect(none.fit).toBe(true)
    expect(bad(none).map(({ what }) => what)).toEqual(['variables', 'event', 'token'])
    const target = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request_target' }
    expect((await examine(World.fit(), SUITE, { environment: target })).fit).toBe(false)
  })
})

describe('without a cluster', () => {
  const nowhere = {
    open: async () => {
      throw new KubeError(0, '', 'no cluster is configured')
    },
  }

  it('a suite of processes is planned, and its ports are tried', async () => {
    const diagnosis = await examine(World.fit(), PROCESS_SUITE, nowhere)
    expect(diagnosis.fit).toBe(true)
    expect(diagnosis.findings).toContainEqual(
      expect.objectContaining({ what: 'plan', detail: 'all of 1 experiments can be planned; they touch 1 replica' }),
    )
    const server = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await expect.poll(() => server.listening).toBe(true)
    const { port } = server.address() as AddressInfo
    const taken = await examine(
      World.fit(),
      PROCESS_SUITE.replace('replicas: 2', `replicas: 2, listen: ${port}`),
      nowhere,
    )
    expect(bad(taken)).toMatchObject([
      { what: `port ${port}`, status: 'problem', detail: expect.stringContaining('EADDRINUSE') },
    ])
  })

  it('no suite and no cluster is no problem, as long as nobody named one', async () => {
    const folderless = { ...nowhere, suite: '/nowhere/seaworthy.yaml' }
    const diagnosis = await examine(World.fit(), undefined, folderless)
    expect(diagnosis.fit).toBe(true)
    expect(bad(diagnosis)).toMatchObject([{ section: 'suite', status: 'warning' }])
    expect((await examine(World.fit(), undefined, { ...folderless, isNamed: true })).fit).toBe(false)
    expect((await examine(World.fit(), SUITE, nowhere)).fit).toBe(false)
  })

  it('an old Node.js is a problem', async () => {
    const host = { node: '22.4.0', system: 'linux', architecture: 'x64', isRoot: true }
    expect(bad(await examine(World.fit(), SUITE, { host }))).toMatchObject([{ what: 'Node.js', status: 'problem' }])
  })
})

describe('on a screen', () => {
  it('has a sign a line on a terminal, words elsewhere, and nothing that steers a terminal', async () => {
    const world = World.fit()
    lease(world, 'r-\u001b[31mred')
    const diagnosis = await examine(world)
    const plain = renderDiagnosis(diagnosis, { columns: 100, signs: false, colour: false })
    expect(plain).toMatch(/^ {2}ok {3}Node\.js /m)
    expect(plain).toMatch(/^ {2}FAIL Lease /m)
    expect(plain).toContain('→ Wait for it')
    expect(plain.endsWith('Not fit for a run: 1 problem.')).toBe(true)
    expect(plain).not.toContain('\u001b')
    for (const line of plain.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    const terminal = renderDiagnosis(diagnosis, { columns: 100, signs: true, colour: true })
    expect(terminal).toContain('\u001b[31m✗\u001b[0m Lease')
    expect(
      renderDiagnosis({ ...diagnosis, findings: [], fit: true }, { columns: 80, signs: true, colour: false }),
    ).toBe('Fit for a run.')
  })
})
