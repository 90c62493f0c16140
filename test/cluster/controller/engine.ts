import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { installEngine } from '../../../src/install/install-engine.ts'
import { defaultInstallation } from '../../../src/install/objects/manifest.ts'
import { systemClock } from '../../../src/kit/clock.ts'
import { VERSION } from '../../../src/kit/version.ts'
import { createKubeClient } from '../../../src/kube/create-kube-client.ts'
import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import { loadConnection } from '../../../src/kube/load-connection.ts'
import { DAEMON_SETS, DEPLOYMENTS, FAULTS, NAMESPACES, NODE_FAULTS, PODS } from '../../../src/kube/resources.ts'
import {
  type FaultObject,
  type FaultSpecification,
  type FaultTarget,
  SYSTEM_NAMESPACE,
  type TargetStatus,
} from '../../../src/model/cluster/fault-object.ts'
import { PART_OF, PART_OF_LABEL } from '../../../src/model/cluster/permission.ts'
import { DAEMON_NAME } from '../../../src/model/cluster/system.ts'
import { type Cluster, ensureCluster, loadProductImage } from '../cluster.ts'
import { isExternal } from '../external.ts'
import { STATIC_IMAGE } from '../images/catalogue.ts'
import { REPOSITORY } from '../places.ts'
import { PATIENCE_MS, until } from '../tools.ts'

export type StoredFault = FaultObject & KubeObject

export interface Engine {
  readonly cluster: Cluster
  readonly client: KubeClient
}

/** A cluster with this very build installed and ready. */
export async function engineCluster(number = 0): Promise<Engine> {
  const cluster = await ensureCluster(number)
  await loadProductImage(number)
  const client = await adminClient(cluster)
  const installation = defaultInstallation(VERSION)
  const build = buildOf(join(REPOSITORY, 'dist'))
  if (!isExternal()) await endFormerBuild(client, build)
  await installEngine(client, { installation, clock: systemClock, mode: 'apply', waitMs: 120_000 })
  const annotations = { [BUILD]: build }
  await client.patch(DAEMON_SETS, DAEMON_NAME, SYSTEM_NAMESPACE, { metadata: { annotations } }, { type: 'merge' })
  return { cluster, client }
}

const BUILD = 'tests.seaworthy.dev/build'

function buildOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).toSorted()
  return paths.reduce((hash, path) => hash.update(path).update(readFileSync(path)), createHash('sha256')).digest('hex')
}

/** The image of this build has the name of the former one: pods that run are not replaced for it. */
async function endFormerBuild(client: KubeClient, build: string): Promise<void> {
  const set = await client.get(DAEMON_SETS, DAEMON_NAME, SYSTEM_NAMESPACE)
  if (!set || set.metadata.annotations?.[BUILD] === build) return
  const labels = `${PART_OF_LABEL}=${PART_OF}`
  const former = await client.list(PODS, { namespace: SYSTEM_NAMESPACE, labels })
  await Promise.all(former.map(({ metadata }) => client.remove(PODS, metadata.name, SYSTEM_NAMESPACE)))
  await until('pods of the former build to be gone', async () => {
    const pods = await client.list(PODS, { namespace: SYSTEM_NAMESPACE, labels })
    return pods.some(({ metadata }) => former.some((one) => one.metadata.uid === metadata.uid)) ? undefined : true
  })
}

async function adminClient(cluster: Cluster): Promise<KubeClient> {
  return createKubeClient(await loadConnection({ kubeconfig: cluster.kubeconfig, env: {} }))
}

function unique(name: string): string {
  return `${name}-${randomBytes(3).toString('hex')}`
}

const ALLOWED = { 'seaworthy.dev/allow': 'true' }
export const ALLOWED_OPEN = { ...ALLOWED, 'seaworthy.dev/allow-open': 'true' }

/** A namespace of a test's own, in which it may break things. */
export async function testNamespace(client: KubeClient, labels: Readonly<Record<string, string>> = ALLOWED) {
  const name = unique('chaos')
  await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
  return name
}

/** Namespaces of earlier tests take a while to go, with all that was in them; resolves when none is on its way. */
export async function untilNoneGoes(client: KubeClient, patience: Parameters<typeof until>[2] = {}): Promise<void> {
  const noneGoes = async () => {
    const all = await client.list(NAMESPACES)
    return all.some(({ metadata }) => metadata.deletionTimestamp !== undefined) ? undefined : true
  }
  await until('namespaces of other tests to be gone', noneGoes, patience)
}

export interface Pod extends KubeObject {
  readonly spec: {
    readonly containers: readonly { readonly name: string; readonly image: string }[]
    readonly nodeName?: string
  }
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses?: readonly {
      readonly restartCount: number
      readonly state?: { readonly running?: object }
    }[]
  }
}

/** A Deployment of small servers, with its pods ready. */
export async function deploy(
  client: KubeClient,
  namespace: string,
  replicas: number,
  name = 'web',
): Promise<readonly Pod[]> {
  const labels = { app: name }
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'web',
              image: STATIC_IMAGE,
              imagePullPolicy: 'IfNotPresent',
              ports: [{ containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  }
  await client.create(DEPLOYMENTS, deployment as KubeObject)
  return readyPods(client, namespace, replicas, name)
}

export async function readyPods(
  client: KubeClient,
  namespace: string,
  count: number,
  app = 'web',
  label = 'app',
): Promise<readonly Pod[]> {
  return until(`${count} ready pods of ${app}`, async () => {
    const pods = await client.list<Pod>(PODS, { namespace, labels: `${label}=${app}` })
    const ready = pods.filter(isReady)
    return ready.length === count && pods.length === count ? ready : undefined
  })
}

function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false
  return ready && metadata.deletionTimestamp === undefined
}

export function podTarget({ metadata }: KubeObject): FaultTarget {
  return { kind: 'Pod', name: metadata.name, uid: metadata.uid ?? '' }
}

/** Asks for a fault; without a namespace for one on nodes. */
export async function ask(
  client: KubeClient,
  namespace: string | undefined,
  spec: Partial<FaultSpecification> & Pick<FaultSpecification, 'type' | 'targets'>,
): Promise<StoredFault> {
  const kind = namespace === undefined ? 'NodeFault' : 'Fault'
  const fault: StoredFault = {
    apiVersion: 'seaworthy.dev/v1alpha1',
    kind,
    metadata: { name: unique(spec.type), ...(namespace === undefined ? {} : { namespace }) },
    spec: { parameters: {}, durationMs: 60_000, active: true, seed: 1, ...spec },
  }
  return client.create(resourceOf(kind), fault)
}

function resourceOf(kind: 'Fault' | 'NodeFault') {
  return kind === 'NodeFault' ? NODE_FAULTS : FAULTS
}

export async function read(client: KubeClient, { kind, metadata }: StoredFault): Promise<StoredFault> {
  const fault = await client.get<StoredFault>(resourceOf(kind), metadata.name, metadata.namespace)
  if (!fault) throw new Error(`${metadata.name} is gone`)
  return fault
}

/** Resolves with the fault as soon as it is so. */
export function untilFault(
  client: KubeClient,
  fault: StoredFault,
  what: string,
  isSo: (fault: StoredFault) => boolean,
): Promise<StoredFault> {
  let last: StoredFault | undefined
  return until(
    `${fault.metadata.name} ${what}`,
    async () => {
      last = await read(client, fault)
      return isSo(last) ? last : undefined
    },
    { timeoutMs: PATIENCE_MS },
  ).catch((error) => {
    throw new Error(`${error.message}; it is ${JSON.stringify(last?.status)}`)
  })
}

export function conditionIs(type: string, status = 'True') {
  return (fault: StoredFault) => fault.status?.conditions?.find((one) => one.type === type)?.status === status
}

export function recordOf(fault: StoredFault, place = 0): TargetStatus {
  const record = fault.status?.targets?.find(({ uid }) => uid === fault.spec.targets[place]?.uid)
  if (!record) throw new Error(`no record of target ${place} of ${fault.metadata.name}`)
  return record
}

export async function end(client: KubeClient, fault: StoredFault): Promise<StoredFault> {
  const patch = { spec: { end: { by: 'request', at: new Date().toISOString() } } }
  await client.patch(resourceOf(fault.kind), fault.metadata.name, fault.metadata.namespace, patch, { type: 'merge' })
  return untilFault(client, fault, 'to be recovered', conditionIs('Recovered'))
}
