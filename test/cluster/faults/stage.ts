import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { installEngine } from '../../../src/install/install-engine.ts'
import { defaultInstallation } from '../../../src/install/objects/manifest.ts'
import { systemClock } from '../../../src/kit/clock.ts'
import { VERSION } from '../../../src/kit/version.ts'
import { createKubeClient } from '../../../src/kube/create-kube-client.ts'
import type { KubeClient, KubeObject, Resource } from '../../../src/kube/kube-client.ts'
import { loadConnection } from '../../../src/kube/load-connection.ts'
import { CONFIG_MAPS, DEPLOYMENTS, NAMESPACES, PODS, SERVICE_ACCOUNTS, SERVICES } from '../../../src/kube/resources.ts'
import { SYSTEM_NAMESPACE } from '../../../src/model/cluster/fault-object.ts'
import { type Cluster, ensureCluster, loadProductImage } from '../cluster.ts'
import { PRODUCT_IMAGE, SHOP_IMAGE, STATIC_IMAGE } from '../images/catalogue.ts'
import { readRecord } from '../record.ts'
import { type Shape, shapeOf } from '../shape.ts'
import { until } from '../tools.ts'

/** A cluster of its own, so that what is left behind on its nodes can only be of these tests. */
export interface Stage {
  readonly shape: Shape
  readonly cluster: Cluster
  readonly client: KubeClient
  /** First process of each node, as this machine sees it. */
  readonly inits: readonly number[]
}

const REQUESTS_PER_SECOND = 1_000

/** Cluster `number` with this very build installed and ready. */
export async function openStage(number: number): Promise<Stage> {
  const cluster = await ensureCluster(number)
  await loadProductImage(number)
  const connection = await loadConnection({ kubeconfig: cluster.kubeconfig, env: {} })
  const client = createKubeClient(connection, { ratePerSecond: REQUESTS_PER_SECOND, burst: REQUESTS_PER_SECOND })
  const installation = defaultInstallation(VERSION)
  await endFormerSites(client)
  await endFormerBuild(client)
  await installEngine(client, { installation, clock: systemClock, mode: 'apply', waitMs: 120_000 })
  await permitQuotas(client)
  const shape = shapeOf(number)
  const record = readRecord(shape)
  const inits = shape.nodes.map(({ name }) => record?.nodes[name]?.init?.pid ?? 0)
  return { shape, cluster, client, inits }
}

const CLUSTER_ROLES: Resource = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'clusterroles',
  kind: 'ClusterRole',
  namespaced: false,
}

/** As a platform team does that wants `apply` to reach further than it does by itself. */
async function permitQuotas(client: KubeClient): Promise<void> {
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'tests-quotas', labels: { 'seaworthy.dev/aggregate-to-controller': 'true' } },
    rules: [{ apiGroups: [''], resources: ['resourcequotas'], verbs: ['get', 'create', 'patch', 'delete'] }],
  }
  await client.apply(CLUSTER_ROLES, role, { manager: 'tests', force: true })
}

/** Of a run that was killed. */
async function endFormerSites(client: KubeClient): Promise<void> {
  const former = await client.list(NAMESPACES, { labels: SITE_LABEL })
  await Promise.all(former.map(({ metadata }) => client.remove(NAMESPACES, metadata.name)))
  await until('former namespaces to be gone', async () =>
    (await client.list(NAMESPACES, { labels: SITE_LABEL })).length === 0 ? true : undefined,
  )
}

/** The image of this build has the name of the former one: pods that run are not replaced for it. */
async function endFormerBuild(client: KubeClient): Promise<void> {
  const former = await podsOf(client, SYSTEM_NAMESPACE)
  await Promise.all(former.map(({ metadata }) => client.remove(PODS, metadata.name, SYSTEM_NAMESPACE)))
  await until('the former build to be gone', async () => {
    const pods = await podsOf(client, SYSTEM_NAMESPACE)
    return pods.some(({ metadata }) => former.some((one) => one.metadata.uid === metadata.uid)) ? undefined : true
  })
}

export interface Pod extends KubeObject {
  readonly spec: { readonly nodeName?: string }
  readonly status?: {
    readonly podIP?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses?: readonly { readonly restartCount: number }[]
  }
}

/** Where one fault is tried: a namespace with one workload in it (`shop`: three). */
export interface Site {
  readonly stage: Stage
  readonly client: KubeClient
  readonly namespace: string
  readonly pods: readonly Pod[]
}

export type Kind = 'app' | 'static' | 'limited' | 'shop' | 'bare'

const SITE_LABEL = 'seaworthy.dev/test-site'
const ALLOWED = { [SITE_LABEL]: 'true', 'seaworthy.dev/allow': 'true', 'seaworthy.dev/allow-open': 'true' }

export function unique(name: string): string {
  return `${name}-${randomBytes(3).toString('hex')}`
}

/** A namespace that permits everything, with the workload `main` of this kind ready in it. */
export async function openSite(stage: Stage, name: string, kind: Kind, replicas = 1): Promise<Site> {
  const { client } = stage
  const namespace = unique(name)
  await client.create(NAMESPACES, object('v1', 'Namespace', namespace, { metadata: { labels: ALLOWED } }))
  await untilFurnished(client, namespace)
  if (kind === 'app')
    await client.create(CONFIG_MAPS, inside(namespace, object('v1', 'ConfigMap', 'app', { data: { 'app.ts': APP } })))
  await Promise.all(WORKLOADS[kind](replicas).map((one) => client.create(one.resource, inside(namespace, one.object))))
  const count = kind === 'shop' ? 3 : replicas
  const pods = kind === 'bare' ? [] : await readyPods(client, namespace, count)
  return { stage, client, namespace, pods }
}

/** Kubernetes puts two objects into every namespace, some time after it was made: nobody shall take them for a fault's. */
function untilFurnished(client: KubeClient, namespace: string): Promise<unknown> {
  return until(`${namespace} to have what every namespace has`, async () => {
    const account = await client.get(SERVICE_ACCOUNTS, 'default', namespace)
    return account && client.get(CONFIG_MAPS, 'kube-root-ca.crt', namespace)
  })
}

export async function closeSite({ client, namespace }: Site): Promise<void> {
  await client.remove(NAMESPACES, namespace)
}

export async function podsOf(client: KubeClient, namespace: string): Promise<readonly Pod[]> {
  const pods = await client.list<Pod>(PODS, { namespace })
  return pods.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name))
}

export function readyPods(client: KubeClient, namespace: string, count: number): Promise<readonly Pod[]> {
  return until(
    `${count} ready pods in ${namespace}`,
    async () => {
      const pods = await podsOf(client, namespace)
      return pods.length === count && pods.every(isReady) ? pods : undefined
    },
    { timeoutMs: 90_000, everyMs: 100 },
  )
}

export function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false
  return ready && metadata.deletionTimestamp === undefined && status?.podIP !== undefined
}

/** The first pod's. */
export function addressOf({ pods }: Pick<Site, 'pods'>): string {
  return pods[0]?.status?.podIP ?? ''
}

const APP = readFileSync(new URL('app.ts', import.meta.url), 'utf8')

const WORKLOADS = {
  app: (replicas: number) => [deployment('main', replicas, APP_CONTAINER, APP_VOLUMES), service('main')],
  static: (replicas: number) => [deployment('main', replicas, STATIC_CONTAINER), service('main')],
  limited: (replicas: number) => [
    deployment('main', replicas, { ...STATIC_CONTAINER, resources: { limits: { cpu: '50m' } } }),
  ],
  shop: () => ['store', 'api', 'web'].flatMap((name) => [deployment(name, 1, shopContainer(name)), service(name)]),
  bare: () => [],
}

const PROBE = { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 }
const PORTS = [{ containerPort: 8080 }]
const APP_CONTAINER = {
  image: PRODUCT_IMAGE,
  command: ['node', '/srv/app.ts'],
  ports: PORTS,
  readinessProbe: PROBE,
  volumeMounts: [
    { name: 'app', mountPath: '/srv' },
    { name: 'data', mountPath: '/data' },
    { name: 'memory', mountPath: '/memory' },
  ],
}
const APP_VOLUMES = [
  { name: 'app', configMap: { name: 'app' } },
  { name: 'data', emptyDir: {} },
  { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '128Mi' } },
]
const STATIC_CONTAINER = { image: STATIC_IMAGE, args: ['--echo=:9090'], ports: PORTS, readinessProbe: PROBE }

function shopContainer(name: string) {
  const env = { PORT: '8080', HOST: '0.0.0.0', API_URL: 'http://api', STORE_URL: 'http://store' }
  return {
    image: SHOP_IMAGE,
    args: [`${name}.mjs`],
    ports: PORTS,
    env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
    readinessProbe: { ...PROBE, httpGet: { path: '/healthz', port: 8080 } },
  }
}

function deployment(name: string, replicas: number, container: object, volumes: readonly object[] = []) {
  const labels = { app: name }
  const main = { name: 'main', imagePullPolicy: 'Never', ...container }
  const template = {
    metadata: { labels },
    spec: { terminationGracePeriodSeconds: 1, containers: [main], volumes },
  }
  const spec = { replicas, selector: { matchLabels: labels }, template }
  return { resource: DEPLOYMENTS, object: object('apps/v1', 'Deployment', name, { spec }) }
}

function service(name: string) {
  const spec = { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] }
  return { resource: SERVICES, object: object('v1', 'Service', name, { spec }) }
}

function object(
  apiVersion: string,
  kind: string,
  name: string,
  rest: { readonly metadata?: object; readonly [field: string]: unknown },
): KubeObject {
  return { apiVersion, kind, ...rest, metadata: { name, ...rest.metadata } }
}

function inside(namespace: string, one: KubeObject): KubeObject {
  return { ...one, metadata: { ...one.metadata, namespace } }
}
