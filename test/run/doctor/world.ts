import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../../src/kit/clock.ts'
import { VERSION } from '../../../src/kit/version.ts'
import { fixedCredentials, type KubeConnection } from '../../../src/kube/connection.ts'
import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  DEPLOYMENTS,
  NAMESPACES,
  NODES,
  PODS,
} from '../../../src/kube/resources.ts'
import type { Abilities } from '../../../src/model/cluster/mechanism.ts'
import type { Diagnosis, Finding } from '../../../src/model/diagnosis.ts'
import { type DoctorInput, diagnose } from '../../../src/run/doctor/diagnose.ts'
import { ABILITIES } from '../../fakes/abilities.ts'
import { FakeKube } from '../../fakes/kube.ts'

export const SUITE = `
apiVersion: seaworthy.dev/v1
kind: Suite
metadata: {name: shop}
system: {namespace: shop, workloads: [Deployment/web]}
traffic: {http: {url: "http://web/", rate: 50/s}}
objectives: [{name: answers, indicator: {traffic: success}, target: 99%}]
windows: {baseline: 30s, fault: 60s, recovery: 30s}
experiments:
  - name: slow
    fault: {type: network-delay, target: {workload: Deployment/web, mode: one}, latency: 100ms}
`

/** What the server would be asked on paths that are no objects. */
export interface Answers {
  readonly version?: string
  /** `create faults`: refused. */
  readonly refused?: readonly string[]
  readonly abilities?: Partial<Abilities> | number
  /** The status of every answer of the suite's Prometheus; none: there is no such Service. */
  readonly prometheus?: number
  /** How far the server's clock is ahead. */
  readonly aheadMs?: number
}

interface Review {
  readonly spec: {
    readonly resourceAttributes: { readonly verb: string; readonly resource: string; readonly subresource?: string }
  }
}

export class World {
  readonly kube = new FakeKube()
  answers: Answers = {}

  readonly raw: KubeClient['raw'] = async ({ method, path, body }) => {
    const { version = 'v1.34.4', refused = [], abilities = {}, aheadMs = 0, prometheus = 404 } = this.answers
    const date = new Date(Date.now() + aheadMs).toUTCString()
    const answer = (status: number, content: unknown) => ({
      status,
      headers: { date },
      body: Buffer.from(JSON.stringify(content)),
    })
    if (path === '/version') return answer(200, { gitVersion: version })
    if (path.endsWith('/selfsubjectaccessreviews')) {
      const { verb, resource, subresource } = (body as Review).spec.resourceAttributes
      const asked = `${verb} ${[resource, subresource].filter(Boolean).join('/')}`
      return answer(201, { status: { allowed: !refused.includes(asked) } })
    }
    if (method === 'GET' && path.endsWith(':9464/proxy/abilities'))
      return typeof abilities === 'number' ? answer(abilities, {}) : answer(200, { ...ABILITIES, ...abilities })
    if (path.includes('/services/prometheus:9090/proxy'))
      return answer(
        prometheus,
        prometheus === 404 ? { kind: 'Status', message: 'services "prometheus" not found' } : {},
      )
    return answer(404, {})
  }

  /** A cluster in which all is well for SUITE. */
  static fit(): World {
    const world = new World()
    const { kube } = world
    namespace(kube, { 'seaworthy.dev/allow': 'true' })
    for (const name of ['faults', 'nodefaults'])
      kube.place(CUSTOM_RESOURCE_DEFINITIONS, {
        metadata: { name: `${name}.seaworthy.dev` },
        status: { conditions: [{ type: 'Established', status: 'True' }] },
      } as KubeObject)
    kube.place(DEPLOYMENTS, {
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } } },
      },
    } as KubeObject)
    part(kube, 'daemon', { desiredNumberScheduled: 1, numberReady: 1, updatedNumberScheduled: 1 })
    part(kube, 'controller', { readyReplicas: 1, updatedReplicas: 1, replicas: 1 })
    node(kube, 'True')
    return world
  }
}

export function namespace(kube: FakeKube, labels: Readonly<Record<string, string>>) {
  kube.place(NAMESPACES, { metadata: { name: 'shop', labels } })
}

export function node(kube: FakeKube, ready: string) {
  kube.place(NODES, {
    metadata: { name: 'node-1' },
    status: { conditions: [{ type: 'Ready', status: ready, message: 'kubelet says so' }] },
  } as KubeObject)
}

export function part(kube: FakeKube, component: 'daemon' | 'controller', status: object, version = VERSION) {
  const labels = {
    'app.kubernetes.io/part-of': 'seaworthy',
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/version': version,
  }
  const name = `seaworthy-${component}`
  const metadata = { name, namespace: 'seaworthy-system', labels }
  const resource = component === 'daemon' ? DAEMON_SETS : DEPLOYMENTS
  kube.place(resource, { metadata, status: { observedGeneration: 9, ...status } } as KubeObject)
  kube.place(PODS, {
    metadata: { ...metadata, name: `${name}-x` },
    spec: { nodeName: 'node-1' },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  } as KubeObject)
}

const CONNECTION: KubeConnection = {
  server: 'https://user:hunter2@fake.invalid',
  source: 'context test of a file',
  namespace: 'default',
  tls: { ca: undefined, serverName: undefined, insecure: false },
  credentials: fixedCredentials({ token: 'hunter2' }),
  headers: {},
  proxy: undefined,
}

/** What the doctor says of a world, as somebody would ask who has nothing but a suite and a kubeconfig. */
export async function examine(
  world: World,
  suite: string | undefined = SUITE,
  more: Partial<DoctorInput> = {},
): Promise<Diagnosis> {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  const file = join(folder, 'seaworthy.yaml')
  if (suite !== undefined) writeFileSync(file, suite)
  const client: KubeClient = { ...world.kube, raw: world.raw }
  return diagnose({
    suite: file,
    isNamed: false,
    cluster: {
      cluster: undefined,
      kubeconfig: undefined,
      context: undefined,
      namespace: undefined,
      image: undefined,
      install: 'never',
    },
    prometheusUrl: undefined,
    environment: {},
    kind: { named: undefined, environment: {}, cacheFolder: folder },
    host: { node: '24.0.0', system: 'linux', architecture: 'x64', isRoot: false },
    clock: systemClock,
    stateFolder: join(folder, 'state'),
    open: async (request) => ({ client, connection: CONNECTION, image: 'seaworthy:1', install: request.install }),
    ...more,
  })
}

export function bad(diagnosis: Diagnosis): readonly Finding[] {
  return diagnosis.findings.filter(({ status }) => status === 'problem' || status === 'warning')
}
