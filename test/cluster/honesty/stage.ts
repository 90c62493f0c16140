import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import { DEPLOYMENTS, SERVICES } from '../../../src/kube/resources.ts'
import { deploy, type Engine, engineCluster, type Pod, readyPods, testNamespace } from '../controller/engine.ts'
import { SHOP_IMAGE } from '../images/catalogue.ts'
import { REPOSITORY } from '../places.ts'

const PROGRAM = join(REPOSITORY, 'dist/cli.cjs')

export function openStage(): Promise<Engine> {
  return engineCluster()
}

export interface Preview {
  readonly namespace: string
  readonly pods: readonly Pod[]
}

/** A Deployment `web` behind a Service of its name, in a namespace that permits faults. */
export async function preview(client: KubeClient, replicas: number, script?: string): Promise<Preview> {
  const namespace = await testNamespace(client)
  const spec = { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] }
  await client.create(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace },
    spec,
  } as KubeObject)
  const pods =
    script === undefined
      ? await deploy(client, namespace, replicas)
      : await deployScript(client, namespace, replicas, script)
  return { namespace, pods }
}

/** A server in JavaScript, as a test needs it. */
async function deployScript(client: KubeClient, namespace: string, replicas: number, script: string) {
  const labels = { app: 'web' }
  const container = {
    name: 'web',
    image: SHOP_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '--eval', script],
    ports: [{ containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 },
  }
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } }
  const spec = { replicas, selector: { matchLabels: labels }, template }
  await client.create(DEPLOYMENTS, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec,
  } as KubeObject)
  return readyPods(client, namespace, replicas)
}

export interface SuiteParts {
  readonly namespace: string
  readonly experiments: readonly object[]
  /** Default: `Deployment/web`. */
  readonly workloads?: readonly string[]
  readonly objectives?: readonly object[]
  readonly windows?: Readonly<Record<string, string>>
  readonly url?: string
}

export interface Gate {
  readonly folder: string
  readonly process: ChildProcess
  /** Exit code, and everything that was printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>
}

const WINDOWS = { warmup: '1s', baseline: '2s', fault: '3s', recovery: '3s' }
const OBJECTIVES = [{ name: 'availability', indicator: { traffic: 'success' }, target: '90%' }]

/** Starts the gate as its users do, with short windows. */
export function startGate(engine: Engine, parts: SuiteParts): Gate {
  const folder = mkdtempSync(join(tmpdir(), 'gate-'))
  const suite = {
    apiVersion: 'seaworthy.dev/v1',
    kind: 'Suite',
    metadata: { name: 'honesty' },
    system: { namespace: parts.namespace, workloads: parts.workloads ?? ['Deployment/web'] },
    traffic: { http: { url: parts.url ?? 'http://web/', rate: '20/s', timeout: '1s' } },
    objectives: parts.objectives ?? OBJECTIVES,
    windows: parts.windows ?? WINDOWS,
    limits: { 'blast-radius': { targets: 10, percent: '100%' } },
    experiments: parts.experiments,
  }
  writeFileSync(join(folder, 'seaworthy.yaml'), JSON.stringify(suite))
  return start(engine, folder, ['run', 'seaworthy.yaml'])
}

/** Any other command, in the folder of a run. */
export function start(engine: Engine, folder: string, args: readonly string[]): Gate {
  const env = { ...process.env, KUBECONFIG: engine.cluster.kubeconfig, XDG_STATE_HOME: join(folder, 'state') }
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  const ended = new Promise<{ code: number | null; said: string }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, said }))
  })
  return { folder, process: child, ended }
}

interface Reason {
  readonly code: string
  readonly detail: string
}

export interface Journal {
  readonly verdict: string
  readonly reasons: readonly Reason[]
  readonly run: { readonly id: string }
  readonly leftovers: readonly unknown[]
  readonly experiments: readonly { readonly verdict: string; readonly reasons: readonly Reason[] }[]
}

export function journalOf({ folder }: Gate): Journal {
  return JSON.parse(readFileSync(join(folder, 'out/journal.json'), 'utf8')) as Journal
}
