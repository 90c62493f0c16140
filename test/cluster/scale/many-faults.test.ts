import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKubeClient } from '../../../src/kube/create-kube-client.ts'
import type { KubeClient } from '../../../src/kube/kube-client.ts'
import { loadConnection } from '../../../src/kube/load-connection.ts'
import { FAULTS, NAMESPACES } from '../../../src/kube/resources.ts'
import {
  conditionIs,
  type Engine,
  engineCluster,
  podTarget,
  type StoredFault,
  testNamespace,
  untilNoneGoes,
} from '../controller/engine.ts'
import { until } from '../tools.ts'
import { actors } from './actors.ts'
import { type LightPod, lightPods } from './light-pods.ts'

const FAULTS_AT_ONCE = 500
const PODS_EACH = 100
/** Long enough that all are on at the same time, also on a busy machine. */
const DURATION_MS = 30_000
const LONGEST_MS = 240_000
const MOST_MB = 160

let engine: Engine
let namespace: string
let pods: readonly LightPod[]

beforeAll(async () => {
  engine = await engineCluster()
  namespace = await testNamespace(engine.client)
  pods = await lightPods(
    engine.client,
    namespace,
    engine.cluster.nodes.map(({ name }) => name),
    PODS_EACH,
  )
})
afterAll(async () => {
  if (namespace) await engine.client.remove(NAMESPACES, namespace)
  // Two hundred pods that go keep the cluster busy for a while: whoever measures next must not do so meanwhile.
  if (engine) await untilNoneGoes(engine.client, { timeoutMs: LONGEST_MS, everyMs: 500 })
  engine?.client.close()
})

interface Figures {
  readonly requests: number
  readonly createdMs: number
  readonly injectedMs: number
  readonly recoveredMs: number
}

/** As fast as one client may; no limit of its own, so that what is measured is the rest. */
async function runner(): Promise<KubeClient> {
  const connection = await loadConnection({ kubeconfig: engine.cluster.kubeconfig, env: {} })
  return createKubeClient(connection, { ratePerSecond: 10_000, burst: 10_000 })
}

async function createAll(client: KubeClient, round: string): Promise<readonly StoredFault[]> {
  const specs = Array.from({ length: FAULTS_AT_ONCE }, (_, at) => pods[at % pods.length] as LightPod)
  return Promise.all(
    specs.map((pod, at) =>
      client.create<StoredFault>(FAULTS, {
        apiVersion: 'seaworthy.dev/v1alpha1',
        kind: 'Fault',
        metadata: { name: `many-${round}-${at}`, namespace, labels: { 'seaworthy.dev/run': round } },
        spec: {
          type: 'network-partition',
          parameters: { to: { address: otherSideOf(at) } },
          targets: [podTarget(pod)],
          durationMs: DURATION_MS,
          active: true,
          seed: 1,
          run: round,
        },
      }),
    ),
  )
}

/** Another pod each time, which answers (nobody listens there, and a refusal is an answer) until it is cut off. */
function otherSideOf(at: number): string {
  return pods[(at * 7 + 1) % pods.length]?.status?.podIP ?? ''
}

/** Follows by one watch, as the gate does. */
async function byWatch(client: KubeClient, round: string): Promise<Figures> {
  const stop = new AbortController()
  const informer = client.informer<StoredFault>(FAULTS, { namespace, labels: `seaworthy.dev/run=${round}` })
  await informer.start(stop.signal)
  const injected = new Set<string>()
  const recovered = new Set<string>()
  informer.on((_, fault) => note(fault, injected, recovered))
  try {
    return await follow(client, round, injected, recovered, async () => undefined)
  } finally {
    stop.abort()
  }
}

/** Asks for each fault every second until it has recovered, as many tools do. */
async function byPolling(client: KubeClient, round: string): Promise<Figures> {
  const injected = new Set<string>()
  const recovered = new Set<string>()
  const poll = async (faults: readonly StoredFault[]) => {
    const open = faults.filter(({ metadata }) => !recovered.has(metadata.name))
    const [seen] = await Promise.all([
      Promise.all(open.map(({ metadata }) => client.get<StoredFault>(FAULTS, metadata.name, namespace))),
      sleep(1_000),
    ])
    for (const fault of seen) if (fault) note(fault, injected, recovered)
  }
  return follow(client, round, injected, recovered, poll)
}

function note(fault: StoredFault, injected: Set<string>, recovered: Set<string>): void {
  const record = fault.status?.targets?.[0]
  if (record?.injectedAt !== undefined) injected.add(fault.metadata.name)
  // What failed is over as well, and found when all are removed.
  const isLost = record?.phase === 'Failed' || record?.phase === 'Refused'
  if (conditionIs('Recovered')(fault) || isLost) recovered.add(fault.metadata.name)
}

async function follow(
  client: KubeClient,
  round: string,
  injected: ReadonlySet<string>,
  recovered: ReadonlySet<string>,
  look: (faults: readonly StoredFault[]) => Promise<void>,
): Promise<Figures> {
  const before = client.requests()
  const at = performance.now()
  const faults = await createAll(client, round)
  const createdMs = performance.now() - at
  let injectedMs = 0
  await until(
    'all to be over',
    async () => {
      await look(faults)
      if (injectedMs === 0 && injected.size === FAULTS_AT_ONCE) injectedMs = performance.now() - at
      return recovered.size === FAULTS_AT_ONCE ? true : undefined
    },
    { timeoutMs: LONGEST_MS, everyMs: 20 },
  )
  return { requests: client.requests() - before, createdMs, injectedMs, recoveredMs: performance.now() - at }
}

/** A round with what it cost everybody: requests for each fault, and the most memory at any moment. */
async function measured(client: KubeClient, round: string, by: typeof byWatch): Promise<Cost> {
  const peaks = new Map<string, number>()
  const note = (name: string, bytes: number) => peaks.set(name, Math.max(peaks.get(name) ?? 0, bytes))
  const over = new AbortController()
  const sampling = (async () => {
    while (!over.signal.aborted) {
      note('runner', process.memoryUsage.rss())
      for (const { name, residentBytes } of await actors(engine.client).catch(() => [])) note(name, residentBytes)
      await sleep(500, undefined, { signal: over.signal }).catch(() => undefined)
    }
  })()
  const before = await all()
  const figures = await by(client, round)
  const after = await all()
  await removeAll(client, round)
  over.abort()
  await sampling
  const spent = new Map(
    after.map(({ name, requests }) => [name, requests - (before.find((one) => one.name === name)?.requests ?? 0)]),
  )
  return { figures, requests: new Map([['runner', figures.requests], ...spent]), peaks }
}

interface Cost {
  readonly figures: Figures
  readonly requests: ReadonlyMap<string, number>
  readonly peaks: ReadonlyMap<string, number>
}

const all = () => until('all actors to speak', () => actors(engine.client).catch(() => undefined))

function table(watch: Cost, poll: Cost): readonly object[] {
  const row = (what: string, of: (cost: Cost) => number | undefined) => ({
    what,
    watch: of(watch),
    'poll 1 s': of(poll),
  })
  const rounded = (value: number | undefined, digits: number) => value && Number(value.toFixed(digits))
  const names = [...watch.requests.keys()]
  return [
    ...names.map((name) =>
      row(`requests per fault: ${name}`, ({ requests }) => rounded((requests.get(name) ?? 0) / FAULTS_AT_ONCE, 2)),
    ),
    ...names.map((name) => row(`peak MB: ${name}`, ({ peaks }) => rounded((peaks.get(name) ?? 0) / 1e6, 0))),
    row('all created, s', ({ figures }) => rounded(figures.createdMs / 1_000, 1)),
    row('all injected, s', ({ figures }) => rounded(figures.injectedMs / 1_000, 1)),
    row('all recovered, s', ({ figures }) => rounded(figures.recoveredMs / 1_000, 1)),
  ]
}

test('five hundred faults at once: all on, all over, nothing left, and few requests', {
  timeout: 600_000,
}, async () => {
  const client = await runner()
  const watch = await measured(client, 'watched', byWatch)
  const poll = await measured(client, 'polled', byPolling)
  client.close()
  const ended = await until('every journal to be empty', async () => {
    const now = await actors(engine.client).catch(() => [])
    return now.length > 0 && now.every(({ journalEntries }) => journalEntries === 0) ? now : undefined
  })
  console.log(`${FAULTS_AT_ONCE} faults of ${DURATION_MS / 1_000} s at once on ${pods.length} pods`)
  console.table(table(watch, poll))
  // Creating them is one request each for whoever looks; looking is what differs.
  const looks = ({ figures }: Cost) => Math.max(1, figures.requests - FAULTS_AT_ONCE)
  expect(looks(poll) / looks(watch)).toBeGreaterThanOrEqual(20)
  for (const { peaks } of [watch, poll])
    for (const [name, bytes] of peaks) if (name !== 'runner') expect(bytes / 1e6, name).toBeLessThan(MOST_MB)
  expect(ended.map(({ name }) => name)).toHaveLength(engine.cluster.nodes.length + 1)
})

/** One request for all of a round; none of them may have gone wrong. */
async function removeAll(client: KubeClient, round: string): Promise<void> {
  const faults = await client.list<StoredFault>(FAULTS, { namespace, labels: `seaworthy.dev/run=${round}` })
  const wrong = faults.filter(
    (fault) =>
      conditionIs('Failed')(fault) || (fault.status?.targets ?? []).some(({ leftovers = [] }) => leftovers.length > 0),
  )
  expect(wrong.map(({ metadata, status }) => `${metadata.name}: ${JSON.stringify(status)}`)).toEqual([])
  const path = `/apis/seaworthy.dev/v1alpha1/namespaces/${namespace}/faults`
  await client.raw({ method: 'DELETE', path, query: { labelSelector: `seaworthy.dev/run=${round}` } })
}
