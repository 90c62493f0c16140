import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NAMESPACES, PODS } from '../../../src/kube/resources.ts'
import { RUN_LABEL } from '../../../src/model/cluster/fault-object.ts'
import type { Engine, Pod } from '../controller/engine.ts'
import { apply, kubectl, tryKubectl } from '../lab/kubectl.ts'
import { until } from '../tools.ts'
import { type Source, shopPreview, smallPreview } from './preview.ts'
import {
  cancel,
  conditionOf,
  exitCodeOf,
  finished,
  followFaults,
  leftIn,
  logOf,
  type Run,
  resultsOf,
  startPipeline,
  startTask,
  statusOf,
  tasksOf,
  untilBroken,
} from './runs.ts'
import {
  CANARY,
  closeStage,
  inPipelines,
  openPreview,
  openStage,
  PIPELINE_RUNS,
  PIPELINES,
  setFlags,
  shipped,
  shippedFiles,
  sourceOf,
  TASK_RUNS,
} from './stage.ts'
import { attemptsOf, type SteppedPod, secretFirst, volume, withGate } from './variants.ts'

const LIMIT_MS = 420_000
/** Of 4096, which Tekton's own words share. */
const MOST_BYTES = 3_500

let engine: Engine
let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tekton-reports-'))
  chmodSync(folder, 0o777)
  engine = await openStage()
})
afterAll(async () => {
  await closeStage(engine)
  rmSync(folder, { recursive: true, force: true })
})

async function preview(source: Source) {
  const namespace = await openPreview(engine, source)
  return { namespace, workspaces: [sourceOf(namespace, source)] }
}

/** Why the test does not see what it expected. */
async function told(name: string): Promise<string> {
  const tasks = await tasksOf(engine, name)
  const said = Object.entries(tasks).map(async ([task, run]) => {
    const log = run.status?.podName ? await logOf(engine, run.status.podName).catch(String) : ''
    return `${task}: ${JSON.stringify(conditionOf(run))} ${JSON.stringify(resultsOf(run))}\n${log.slice(-3_000)}`
  })
  return (await Promise.all(said)).join('\n')
}

async function nothingIsLeft(namespace: string, path?: string): Promise<void> {
  expect(await leftIn(engine, namespace)).toEqual([])
  // Its pods were not ready while they answered their probes with a 503, and a probe comes once a second.
  await until(`the preview ${namespace} to answer again`, async () =>
    (await statusOf(engine, namespace, path)) === 200 ? true : undefined,
  )
  await engine.client.remove(NAMESPACES, namespace)
}

describe('what is shipped', { timeout: LIMIT_MS }, () => {
  it.each(shippedFiles())('%s is taken by the server and by the webhook of Tekton', async (file) => {
    const objects = readFileSync(file, 'utf8')
    const verb = objects.includes('generateName:') ? 'create' : 'apply'
    const { exitCode, stderr } = await tryKubectl(engine.cluster, [verb, '--dry-run=server', '--filename', file])
    expect(exitCode, stderr).toBe(0)
  })

  it('would not be taken with a mistake in it', async () => {
    const [task] = shipped('seaworthy/0.1/seaworthy.yaml', (text) => text.replace('$(params.plan)', '$(params.plam)'))
    const input = JSON.stringify(task)
    const { exitCode, stderr } = await tryKubectl(engine.cluster, ['apply', '--dry-run=server', '--filename=-'], {
      input,
    })
    expect(exitCode).not.toBe(0)
    expect(stderr).toContain('non-existent variable')
  })

  it('cannot be used in a restricted namespace while Tekton itself does not comply, as the page says', async () => {
    const name = await startTask(engine, {}, { workspaces: [{ name: 'source', emptyDir: {} }] })
    expect(conditionOf(await finished(engine, TASK_RUNS, name)).reason).toBe('PodAdmissionFailed')
    await setFlags(engine, { 'set-security-context': 'true' })
    await until('Tekton to comply', async () => {
      const again = await startTask(engine, {}, { workspaces: [{ name: 'source', emptyDir: {} }] })
      return conditionOf(await finished(engine, TASK_RUNS, again)).reason === 'PodAdmissionFailed' ? undefined : true
    })
  })
})

describe('a gate in a pipeline', { timeout: LIMIT_MS, concurrent: true }, () => {
  it('lets the next task run when the shop held, with its reports in the workspace', async ({ expect }) => {
    const source = shopPreview()
    const { namespace, workspaces } = await preview(source)
    await apply(engine.cluster, volume(namespace, folder))
    const reports = { name: 'reports', persistentVolumeClaim: { claimName: namespace } }
    const name = await startPipeline(engine, namespace, { workspaces: [...workspaces, reports] })
    const run = await finished(engine, PIPELINE_RUNS, name)
    expect(conditionOf(run).reason, await told(name)).toBe('Succeeded')
    const tasks = await tasksOf(engine, name)
    expect(Object.keys(tasks).sort()).toEqual(['cleanup', 'deploy', 'gate', 'promote', 'report'])
    expect(resultsOf(tasks.gate)).toMatchObject({
      verdict: 'pass',
      'experiments-failed': '0',
      leftovers: '0',
      'report-path': 'out/report.html',
      'journal-path': 'out/journal.json',
    })
    const journal = JSON.parse(readFileSync(join(folder, 'out/journal.json'), 'utf8'))
    expect(journal).toMatchObject({ verdict: 'pass', leftovers: [], platform: { name: 'kubernetes' } })
    const pod = await engine.client.get<SteppedPod>(PODS, tasks.gate?.status?.podName ?? '', PIPELINES)
    expect(pod?.spec.containers.map(({ securityContext }) => securityContext)).toEqual([
      expect.objectContaining({ readOnlyRootFilesystem: true, runAsNonRoot: true, runAsUser: 65_532 }),
    ])
    await nothingIsLeft(namespace, '/checkout')
  })

  it('has its verdict when it could not begin, and no param reads a secret', async ({ expect }) => {
    const name = await startTask(engine, STEALING, { workspaces: [{ name: 'source', emptyDir: {} }] })
    const run = await finished(engine, TASK_RUNS, name)
    expect(exitCodeOf(run)).toBe(2)
    expect(resultsOf(run)).toMatchObject({ verdict: 'error', 'report-path': '', summary: expect.stringMatching(/…$/) })
    expect(Buffer.byteLength(JSON.stringify(run.status?.results))).toBeLessThan(MOST_BYTES)
    const log = await logOf(engine, run.status?.podName ?? '')
    expect(log).toContain('found "$(PROMETHEUS_TOKEN)')
    expect(log + JSON.stringify(run)).not.toContain(CANARY)
    // Had the secret come first, it would be there: only the mask still hides it.
    const task = inPipelines(shipped('seaworthy/0.1/seaworthy.yaml')[0])
    const { exitCode, stderr } = await tryKubectl(engine.cluster, ['apply', '--filename=-'], {
      input: JSON.stringify({
        ...task,
        metadata: { name: 'secret-first', namespace: PIPELINES },
        spec: secretFirst(task.spec),
      }),
    })
    expect(exitCode, stderr).toBe(0)
    const careless = await startTask(engine, STEALING, {
      taskRef: { name: 'secret-first' },
      workspaces: [{ name: 'source', emptyDir: {} }],
    })
    const { status } = await finished(engine, TASK_RUNS, careless)
    expect(await logOf(engine, status?.podName ?? '')).toContain('found "***')
  })
})

describe('a gate elsewhere', { timeout: LIMIT_MS }, () => {
  it('reaches the cluster of a kubeconfig in a workspace, with the rights that are in there', async () => {
    const source = smallPreview({ name: 'elsewhere', experiment: 'one', fault: '5s' })
    const { namespace, workspaces } = await preview(source)
    const there = ['--namespace', namespace]
    await tryKubectl(engine.cluster, [...there, 'apply', '--filename=-'], { input: source['k8s/preview.yaml'] })
    await kubectl(engine.cluster, ...there, 'wait', 'deployment', '--all', '--for=condition=Available')
    const admin = await kubectl(engine.cluster, 'config', 'view', '--raw', '--flatten')
    await apply(engine.cluster, [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: namespace, namespace: PIPELINES },
        stringData: { kubeconfig: admin.replace(/server: .*/, 'server: https://kubernetes.default.svc') },
      },
    ])
    const params = { mode: 'plan', namespace }
    const spec = { serviceAccountName: 'default', workspaces }
    const refused = await finished(engine, TASK_RUNS, await startTask(engine, params, spec))
    expect(exitCodeOf(refused)).toBe(3)
    expect(resultsOf(refused).summary).toContain('is forbidden')
    const kubeconfig = { name: 'kubeconfig', secret: { secretName: namespace } }
    const name = await startTask(engine, params, { ...spec, workspaces: [...workspaces, kubeconfig] })
    const planned = await finished(engine, TASK_RUNS, name)
    const log = await logOf(engine, planned.status?.podName ?? '')
    expect(resultsOf(planned), log).toMatchObject({
      verdict: '',
      summary: expect.stringContaining('Plan: 1 experiment'),
    })
    await engine.client.remove(NAMESPACES, namespace)
  })
})

describe('a gate that is killed without a word', { timeout: LIMIT_MS }, () => {
  afterAll(() => setFlags(engine, { 'keep-pod-on-cancel': 'false' }))

  it('is cleaned up after by `finally`', async () => {
    await setFlags(engine, { 'keep-pod-on-cancel': 'true' })
    const { namespace, name } = await brokenBy({})
    const runs = await runsIn(namespace)
    await cancel(engine, name, 'CancelledRunFinally')
    const run = await finished(engine, PIPELINE_RUNS, name)
    expect(conditionOf(run).reason, await told(name)).toBe('Cancelled')
    const { gate, cleanup } = await tasksOf(engine, name)
    const lastWords = await logOf(engine, gate?.status?.podName ?? '')
    expect(lastWords).toContain('for long: fault')
    expect(lastWords).not.toMatch(/fault off|clean up|ABORTED/)
    expect(conditionOf(cleanup as Run).reason, await told(name)).toBe('Succeeded')
    const log = await logOf(engine, cleanup?.status?.podName ?? '')
    expect(log).toContain(`removed Fault ${namespace}/${runs[0]}`)
    await nothingIsLeft(namespace)
  })
})

// Apart from the tests above by one that runs alone: more than four pipelines at a time would measure each other.
describe('a pipeline that does not come to its end', { timeout: LIMIT_MS, concurrent: true }, () => {
  it('stops the pipeline when the preview failed, and a retry is another run that begins after the first', async ({
    expect,
  }) => {
    // Whatever a pull request calls things: four bytes a character, and what shells, Kubernetes and HTML act on.
    const hostile = `${'\u{1f4a5}'.repeat(50)} $(PROMETHEUS_TOKEN) \`id\` "; <b>&\\`
    const source = smallPreview({ name: hostile, experiment: hostile, fault: '5s' })
    const { namespace, workspaces } = await preview(source)
    const over = new AbortController()
    const faults = await followFaults(engine, namespace, over.signal)
    const name = await startPipeline(engine, namespace, {
      pipelineRef: undefined,
      pipelineSpec: withGate(samplePipeline(), { retries: 1 }),
      workspaces,
    })
    const run = await finished(engine, PIPELINE_RUNS, name)
    over.abort()
    expect(conditionOf(run).reason, await told(name)).toBe('Failed')
    const tasks = await tasksOf(engine, name)
    expect(run.status?.skippedTasks?.map((one) => one.name)).toEqual(['promote'])
    expect(exitCodeOf(tasks.gate), await told(name)).toBe(1)
    expect(resultsOf(tasks.gate)).toMatchObject({ verdict: 'fail', 'experiments-failed': '1', leftovers: '0' })
    expect(resultsOf(tasks.gate).summary).not.toMatch(/[$`\\"'<>&|;]/)
    expect(Buffer.byteLength(JSON.stringify(tasks.gate?.status?.results))).toBeLessThan(MOST_BYTES)
    expect(conditionOf(tasks.report as Run).reason).toBe('Succeeded')
    expect(await logOf(engine, tasks.report?.status?.podName ?? '')).toContain('fail: ')
    // Its two attempts have one name and one UID in Tekton.
    expect(tasks.gate?.status?.retriesStatus).toHaveLength(1)
    const [first, second, ...more] = attemptsOf(faults)
    expect(more).toEqual([])
    expect(first?.run).not.toBe(second?.run)
    expect(first?.recoveredAt).toBeDefined()
    expect(String(first?.recoveredAt) <= String(second?.injectedAt), JSON.stringify([first, second])).toBe(true)
    await nothingIsLeft(namespace)
  })

  it.each(['Cancelled', 'CancelledRunFinally', 'the time limit'])(
    'leaves nothing when it is ended by %s while its preview is broken',
    async (by) => {
      const { namespace, name } = await brokenBy(by === 'the time limit' ? { timeouts: TIMEOUTS } : {})
      if (by !== 'the time limit') await cancel(engine, name, by)
      const run = await finished(engine, PIPELINE_RUNS, name)
      expect(conditionOf(run).reason, await told(name)).toBe(by === 'the time limit' ? 'Failed' : 'Cancelled')
      const tasks = await tasksOf(engine, name)
      // Without results of the gate there is nothing to report; the cleanup needs none.
      const expected = by === 'Cancelled' ? ['deploy', 'gate'] : ['cleanup', 'deploy', 'gate']
      expect(Object.keys(tasks).sort()).toEqual(expected)
      if (by === 'Cancelled') await untilNothingIsLeft(namespace)
      else expect(conditionOf(tasks.cleanup as Run).reason, await told(name)).toBe('Succeeded')
      await nothingIsLeft(namespace)
    },
  )
})

// Again apart, so that not all of them run at once.
describe('a gate that is over its own time limit', { timeout: LIMIT_MS, concurrent: true }, () => {
  it('in a pipeline ends its faults, and `finally` cleans up after it as ever', async ({ expect }) => {
    const pipelineSpec = withGate(samplePipeline(), { timeout: GATE_LIMIT })
    const { namespace, name } = await brokenBy({ pipelineRef: undefined, pipelineSpec })
    const run = await finished(engine, PIPELINE_RUNS, name)
    expect(conditionOf(run).reason, await told(name)).toBe('Failed')
    const tasks = await tasksOf(engine, name)
    expect(Object.keys(tasks).sort()).toEqual(['cleanup', 'deploy', 'gate'])
    expect(conditionOf(tasks.gate as Run).reason, await told(name)).toBe('TaskRunTimeout')
    expect(conditionOf(tasks.cleanup as Run).reason, await told(name)).toBe('Succeeded')
    await nothingIsLeft(namespace)
  })

  it('in a TaskRun of its own leaves nothing either, with nobody to clean up after it', async ({ expect }) => {
    const source = smallPreview({ name: 'alone', experiment: 'for long', fault: '240s' })
    const { namespace, workspaces } = await preview(source)
    const there = ['--namespace', namespace]
    await tryKubectl(engine.cluster, [...there, 'apply', '--filename=-'], { input: source['k8s/preview.yaml'] })
    await kubectl(engine.cluster, ...there, 'wait', 'deployment', '--all', '--for=condition=Available')
    const name = await startTask(engine, { namespace }, { workspaces, timeout: GATE_LIMIT })
    await untilBroken(engine, namespace, name, TASK_RUNS)
    const run = await finished(engine, TASK_RUNS, name)
    expect(conditionOf(run).reason).toBe('TaskRunTimeout')
    // Tekton does not wait for its pod: it has 30 s from here on.
    await untilNothingIsLeft(namespace)
    await nothingIsLeft(namespace)
  })
})

const TIMEOUTS = { pipeline: '5m', tasks: '75s', finally: '3m' }
const GATE_LIMIT = '75s'
/** Its message quotes the seed, which is much more than Tekton can keep. */
const STEALING = { seed: `$(PROMETHEUS_TOKEN) ${'\u{1f4a5}<&"'.repeat(1_000)}` }

function samplePipeline(): Readonly<Record<string, unknown>> {
  return inPipelines(shipped('seaworthy/0.1/samples/pipeline.yaml')[0]).spec
}

/** A pipeline whose gate broke its preview for minutes. */
async function brokenBy(spec: Readonly<Record<string, unknown>>) {
  const { namespace, workspaces } = await preview(smallPreview({ name: 'long', experiment: 'for long', fault: '240s' }))
  const name = await startPipeline(engine, namespace, { workspaces, ...spec })
  await untilBroken(engine, namespace, name)
  return { namespace, name }
}

async function untilNothingIsLeft(namespace: string): Promise<void> {
  await until(`nothing to be left in ${namespace}`, async () => {
    const left = await leftIn(engine, namespace)
    return left.length === 0 ? true : undefined
  })
}

async function runsIn(namespace: string): Promise<readonly string[]> {
  const pods = await engine.client.list<Pod>(PODS, { namespace, labels: RUN_LABEL })
  return [...new Set(pods.map(({ metadata }) => metadata.labels?.[RUN_LABEL] ?? ''))]
}
