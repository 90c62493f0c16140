import { randomBytes } from 'node:crypto'
import { get } from 'node:http'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { CONFIG_MAPS, FAULTS, JOBS, LEASES, PODS, SERVICES } from '../../../src/kube/resources.ts'
import { RUN_LABEL } from '../../../src/model/cluster/fault-object.ts'
import type { Engine, StoredFault } from '../controller/engine.ts'
import { kubectl } from '../lab/kubectl.ts'
import { until } from '../tools.ts'
import { KUBECTL_IMAGE } from './images.ts'
import { PIPELINE_RUNS, PIPELINES, TASK_RUNS } from './stage.ts'

interface Status {
  readonly conditions?: readonly { readonly status: string; readonly reason: string; readonly message?: string }[]
  readonly podName?: string
  readonly results?: readonly { readonly name: string; readonly value: string }[]
  readonly retriesStatus?: readonly Status[]
  readonly skippedTasks?: readonly { readonly name: string; readonly reason: string }[]
  readonly steps?: readonly { readonly terminated?: { readonly exitCode: number; readonly message?: string } }[]
}

export interface Run extends KubeObject {
  readonly status?: Status
}

const LIMIT = { timeoutMs: 240_000, everyMs: 250 }

/** Starts the sample's pipeline, or another, on a preview. Returns the run's name. */
export async function startPipeline(
  { client }: Engine,
  namespace: string,
  spec: Readonly<Record<string, unknown>>,
): Promise<string> {
  const name = `run-${randomBytes(3).toString('hex')}`
  await client.create(PIPELINE_RUNS, {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { name, namespace: PIPELINES },
    spec: {
      pipelineRef: { name: 'preview-gate' },
      params: [
        { name: 'namespace', value: namespace },
        { name: 'kubectl-image', value: KUBECTL_IMAGE },
      ],
      taskRunTemplate: { serviceAccountName: 'preview-gate' },
      ...spec,
    },
  } as KubeObject)
  return name
}

/** Starts the shipped Task by itself. Returns the run's name. */
export async function startTask(
  { client }: Engine,
  params: Readonly<Record<string, string>>,
  spec: Readonly<Record<string, unknown>>,
): Promise<string> {
  const name = `task-${randomBytes(3).toString('hex')}`
  await client.create(TASK_RUNS, {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name, namespace: PIPELINES },
    spec: {
      taskRef: { name: 'seaworthy' },
      serviceAccountName: 'preview-gate',
      params: Object.entries(params).map(([key, value]) => ({ name: key, value })),
      ...spec,
    },
  } as KubeObject)
  return name
}

export async function finished({ client }: Engine, resource: typeof TASK_RUNS, name: string): Promise<Run> {
  return until(
    `${name} to end`,
    async () => {
      const run = await client.get<Run>(resource, name, PIPELINES)
      return run && conditionOf(run).status !== 'Unknown' ? run : undefined
    },
    LIMIT,
  )
}

export function conditionOf({ status }: Run): { status: string; reason: string; message?: string } {
  return status?.conditions?.[0] ?? { status: 'Unknown', reason: '' }
}

/** The TaskRuns of a PipelineRun, by the names of its tasks. */
export async function tasksOf({ client }: Engine, pipelineRun: string): Promise<Readonly<Record<string, Run>>> {
  const labels = `tekton.dev/pipelineRun=${pipelineRun}`
  const runs = await client.list<Run>(TASK_RUNS, { namespace: PIPELINES, labels })
  return Object.fromEntries(runs.map((run) => [run.metadata.labels?.['tekton.dev/pipelineTask'] ?? '', run]))
}

export function resultsOf(run: Run | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((run?.status?.results ?? []).map(({ name, value }) => [name, value]))
}

export function exitCodeOf(run: Run | undefined): number | undefined {
  return run?.status?.steps?.[0]?.terminated?.exitCode
}

/** What a pod of a Task said. */
export function logOf({ cluster }: Engine, pod: string): Promise<string> {
  return kubectl(cluster, `--namespace=${PIPELINES}`, 'logs', pod, '--all-containers')
}

export async function cancel({ client }: Engine, name: string, status: string): Promise<void> {
  await client.patch(PIPELINE_RUNS, name, PIPELINES, { spec: { status } }, { type: 'merge' })
}

/** Resolves when a fault is on, as the preview's users see it. Throws when the pipeline, or the task, ended before. */
export async function untilBroken(
  engine: Engine,
  namespace: string,
  name: string,
  resource = PIPELINE_RUNS,
): Promise<void> {
  await until(
    `the preview ${namespace} to be broken`,
    async () => {
      if ((await statusOf(engine, namespace)) === 503) return true
      const run = await engine.client.get<Run>(resource, name, PIPELINES)
      if (run && conditionOf(run).status !== 'Unknown') throw new Error(`it ended: ${JSON.stringify(conditionOf(run))}`)
      return undefined
    },
    LIMIT,
  )
}

/** What a user of the preview gets; undefined while it has no address. */
export async function statusOf({ client }: Engine, namespace: string, path = '/'): Promise<number | undefined> {
  const service = await client.get<KubeObject & { spec: { clusterIP: string } }>(SERVICES, 'web', namespace)
  if (!service) return undefined
  return new Promise((resolve) => {
    // A connection of its own: one that is kept open goes on to where it led before.
    const request = get({ host: service.spec.clusterIP, path, agent: false, timeout: 5_000 }, (answer) => {
      answer.resume().on('close', () => resolve(answer.statusCode))
    })
    request.on('timeout', () => request.destroy()).on('error', () => resolve(undefined))
  })
}

/** Everything in a preview that a run put there, and who holds its Lease. */
export async function leftIn({ client }: Engine, namespace: string): Promise<readonly string[]> {
  const lists = await Promise.all(
    [FAULTS, JOBS, PODS, CONFIG_MAPS].map((kind) => client.list<KubeObject>(kind, { namespace, labels: RUN_LABEL })),
  )
  const lease = await client.get<KubeObject & { spec?: { holderIdentity?: string } }>(LEASES, 'seaworthy', namespace)
  const holder = lease?.spec?.holderIdentity
  return [
    ...lists.flat().map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ...(holder ? [`held by ${holder}`] : []),
  ]
}

/** The faults of a namespace as they were last seen, also after they are gone, for as long as the signal lasts. */
export async function followFaults({ client }: Engine, namespace: string, signal: AbortSignal) {
  const seen = new Map<string, StoredFault>()
  const informer = client.informer<StoredFault>(FAULTS, { namespace })
  informer.on((_, fault) => seen.set(fault.metadata.name, fault))
  await informer.start(signal)
  return seen
}
