import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import { NAMESPACES, PODS } from '../../../src/kube/resources.ts'
import { type FaultSpecification, PROTECTED_NAMESPACES } from '../../../src/model/cluster/fault-object.ts'
import {
  ALLOWED_OPEN,
  ask,
  deploy,
  type Engine,
  engineCluster,
  type Pod,
  podTarget,
  readyPods,
  type StoredFault,
  testNamespace,
  untilFault,
  untilNoneGoes,
} from '../controller/engine.ts'
import { PRODUCT_IMAGE } from '../images/catalogue.ts'
import { answers, othersThan } from './others.ts'
import { tenantOf } from './tenant.ts'

/** A tenant who may break things in `mine` and, open-ended ones too, in `open`; and a neighbour who may in his own namespace. */
export interface Stage extends Engine {
  readonly mine: string
  readonly open: string
  readonly neighbour: string
  readonly tenant: KubeClient
  readonly tenantOfOpen: KubeClient
  readonly pods: readonly Pod[]
  readonly openPods: readonly Pod[]
  readonly neighbours: readonly Pod[]
  readonly before: Readonly<Record<string, string>>
}

export async function openStage(): Promise<Stage> {
  const engine = await engineCluster()
  const { client, cluster } = engine
  const [mine, open, neighbour] = await Promise.all([
    testNamespace(client),
    testNamespace(client, ALLOWED_OPEN),
    testNamespace(client, ALLOWED_OPEN),
  ])
  const [pods, openPods, neighbours] = await Promise.all([
    deploy(client, mine, 2),
    deploy(client, open, 1),
    deploy(client, neighbour, 2),
  ])
  const [tenant, tenantOfOpen] = await Promise.all([tenantOf(cluster, client, mine), tenantOf(cluster, client, open)])
  await untilNoneGoes(client)
  const before = await othersThan(client, [mine, open])
  return { ...engine, mine, open, neighbour, tenant, tenantOfOpen, pods, openPods, neighbours, before }
}

export async function closeStage(stage: Stage | undefined): Promise<void> {
  if (!stage) return
  for (const namespace of [stage.mine, stage.open, stage.neighbour]) await stage.client.remove(NAMESPACES, namespace)
  for (const client of [stage.tenant, stage.tenantOfOpen, stage.client]) client.close()
}

/** What is wrong at the neighbour's, and with all that is nobody's: empty when nothing is. */
export async function harmDone(stage: Stage): Promise<readonly string[]> {
  const after = await othersThan(stage.client, [stage.mine, stage.open])
  const names = [...new Set([...Object.keys(stage.before), ...Object.keys(after)])]
  const changed = names.filter((name) => stage.before[name] !== after[name] && !isOfAnotherTest(stage, name, after))
  const silent: string[] = []
  for (const { metadata } of stage.neighbours)
    if (!(await answers(stage.client, stage.neighbour, metadata.name))) silent.push(`${metadata.name} is silent`)
  return [...changed.map((name) => `${name}: ${stage.before[name]} became ${after[name]}`), ...silent]
}

/** Other tests come and go beside these, with namespaces of their own. The neighbour and the system do not. */
function isOfAnotherTest({ neighbour, before }: Stage, name: string, after: Stage['before']): boolean {
  const [, own = '', namespaced = ''] = /^(?:Namespace \/(\S+)|\S+ ([^/]+)\/)/.exec(name) ?? []
  const namespace = own || namespaced
  if (namespace === '' || namespace === neighbour || STANDING.includes(namespace)) return false
  return [before, after].some((all) => !(`Namespace /${namespace}` in all))
}

const STANDING = ['default', ...PROTECTED_NAMESPACES]

export type Attack = Partial<FaultSpecification> & Pick<FaultSpecification, 'type' | 'targets'>

/** Asks for it as the tenant, and returns why it was refused. Throws when it was not, with all that its record says. */
export async function refusalTo(asker: KubeClient, namespace: string, attack: Attack): Promise<string> {
  return reasonOf(asker, await ask(asker, namespace, { durationMs: 5_000, ...attack }))
}

/** Why a fault was refused or ended. Nothing of it may ever have been on. */
export async function reasonOf(asker: KubeClient, fault: StoredFault): Promise<string> {
  const seen = await untilFault(asker, fault, 'to be refused', ({ status }) =>
    (status?.conditions ?? []).some(({ type, status: is }) => type === 'Failed' && is === 'True'),
  )
  const touched = (seen.status?.targets ?? []).filter(({ injectedAt }) => injectedAt !== undefined)
  if (touched.length > 0) throw new Error(`it was on ${touched.map(({ name }) => name)}`)
  const failed = seen.status?.conditions?.find(({ type }) => type === 'Failed')
  return `${failed?.reason}: ${failed?.message}`
}

export function firstOf(pods: readonly Pod[]): Pod {
  const [pod] = pods
  if (!pod) throw new Error('there is no pod')
  return pod
}

export function targetOf(pods: readonly Pod[]) {
  return podTarget(firstOf(pods))
}

/** A pod of the tenant's own making, running. */
export async function startPod(
  client: KubeClient,
  namespace: string,
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
  command: readonly string[] = ['sleep', '3600'],
  labels: Readonly<Record<string, string>> = {},
): Promise<Pod> {
  const container = { name: 'main', image: PRODUCT_IMAGE, imagePullPolicy: 'IfNotPresent', command }
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { ...labels, alone: name } },
    spec: { terminationGracePeriodSeconds: 0, containers: [container], ...spec },
  }
  await client.create(PODS, pod as KubeObject)
  const [started] = await readyPods(client, namespace, 1, name, 'alone')
  return started as Pod
}
