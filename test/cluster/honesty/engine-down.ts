import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import { DAEMON_SETS, DEPLOYMENTS, PODS } from '../../../src/kube/resources.ts'
import type { Engine, Pod } from '../controller/engine.ts'
import { kubectl } from '../lab/kubectl.ts'
import { until } from '../tools.ts'

const SYSTEM = 'seaworthy-system'

/** The daemon's pod of the node on which a pod runs. */
export async function daemonOf(client: KubeClient, node: string | undefined): Promise<Pod> {
  const pods = await client.list<Pod>(PODS, { namespace: SYSTEM, labels: 'app.kubernetes.io/component=daemon' })
  const found = pods.find(({ spec, metadata }) => spec.nodeName === node && metadata.deletionTimestamp === undefined)
  if (!found) throw new Error(`there is no daemon on ${node}`)
  return found
}

/** Runs a shell command beside a daemon, which sees all processes of its node; standard output. */
export async function onNode({ client, cluster }: Engine, node: string | undefined, command: string): Promise<string> {
  const { metadata } = await daemonOf(client, node)
  return kubectl(cluster, '--namespace', SYSTEM, 'exec', metadata.name, '--', 'sh', '-c', command)
}

/** Processes of a node whose words contain this, with a signal sent to each; how many there were. */
export async function signalAll(
  engine: Engine,
  node: string | undefined,
  signal: string,
  word: string,
): Promise<number> {
  const script = `for f in /proc/[0-9]*/cmdline; do
    if tr '\\0' ' ' < $f 2>/dev/null | grep -q -- '${word}'; then
      p=\${f#/proc/}; p=\${p%/cmdline}; [ $p = $$ ] || { kill -${signal} $p 2>/dev/null && echo $p; }
    fi
  done`
  return (await onNode(engine, node, script)).split('\n').filter((line) => line !== '').length
}

/** Takes the daemon off a node without a word; `back` brings it there again. */
export async function withoutDaemon({ client }: Engine, node: string, work: () => Promise<void>): Promise<void> {
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: [node] }] }],
      },
    },
  }
  await setAffinity(client, affinity)
  try {
    await until(`no daemon on ${node}`, async () => {
      const pods = await client.list<Pod>(PODS, { namespace: SYSTEM, labels: 'app.kubernetes.io/component=daemon' })
      return pods.every(({ spec }) => spec.nodeName !== node) ? true : undefined
    })
    await work()
  } finally {
    await setAffinity(client, null)
    await daemonsReady(client)
  }
}

async function setAffinity(client: KubeClient, affinity: object | null): Promise<void> {
  const patch = { spec: { template: { spec: { affinity } } } }
  await client.patch(DAEMON_SETS, 'seaworthy-daemon', SYSTEM, patch, { type: 'merge' })
}

interface Rollout extends KubeObject {
  readonly spec: { readonly replicas?: number }
  readonly status?: {
    readonly observedGeneration?: number
    readonly desiredNumberScheduled?: number
    readonly updatedNumberScheduled?: number
    readonly numberReady?: number
    readonly updatedReplicas?: number
    readonly readyReplicas?: number
    readonly replicas?: number
  }
}

async function daemonsReady(client: KubeClient): Promise<void> {
  await until('all daemons to be ready', async () => {
    const set = await client.get<Rollout>(DAEMON_SETS, 'seaworthy-daemon', SYSTEM)
    const { observedGeneration, desiredNumberScheduled, updatedNumberScheduled, numberReady } = set?.status ?? {}
    if (observedGeneration !== set?.metadata.generation || updatedNumberScheduled !== desiredNumberScheduled) return
    return numberReady === desiredNumberScheduled && numberReady !== 0 ? true : undefined
  })
}

/** A new controller in the place of the one that leads, which gets no time to say so; resolves when it is ready. */
export async function replaceController(client: KubeClient): Promise<void> {
  const labels = 'app.kubernetes.io/component=controller'
  const former = (await client.list<Pod>(PODS, { namespace: SYSTEM, labels })).map(({ metadata }) => metadata)
  for (const { name } of former) await client.remove(PODS, name, SYSTEM, { graceSeconds: 0 })
  await until('another controller to be ready', async () => {
    const deployment = await client.get<Rollout>(DEPLOYMENTS, 'seaworthy-controller', SYSTEM)
    const pods = await client.list<Pod>(PODS, { namespace: SYSTEM, labels })
    const isNew = pods.length > 0 && pods.every(({ metadata }) => !former.some(({ uid }) => uid === metadata.uid))
    return isNew && deployment?.status?.readyReplicas === deployment?.spec.replicas ? true : undefined
  })
}

/** Takes the controller away; it is back and ready afterwards. */
export async function withoutController(client: KubeClient, work: () => Promise<void>): Promise<void> {
  const labels = 'app.kubernetes.io/component=controller'
  const scale = (replicas: number) =>
    client.patch(DEPLOYMENTS, 'seaworthy-controller', SYSTEM, { spec: { replicas } }, { type: 'merge' })
  const before = await client.get<Rollout>(DEPLOYMENTS, 'seaworthy-controller', SYSTEM)
  await scale(0)
  try {
    await until('no controller', async () =>
      (await client.list(PODS, { namespace: SYSTEM, labels })).length === 0 ? true : undefined,
    )
    await work()
  } finally {
    await scale(before?.spec.replicas ?? 1)
    await until('a controller to be ready', async () => {
      const deployment = await client.get<Rollout>(DEPLOYMENTS, 'seaworthy-controller', SYSTEM)
      return deployment?.status?.readyReplicas === deployment?.spec.replicas ? true : undefined
    })
  }
}
