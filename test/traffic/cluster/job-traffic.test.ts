import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KubeError } from '../../../src/kube/kube-error.ts'
import { JOBS } from '../../../src/kube/resources.ts'
import type { PlannedObjective } from '../../../src/model/plan.ts'
import { createObserver } from '../../../src/observe/create-observer.ts'
import { createJobTraffic, type JobSpec } from '../../../src/traffic/cluster/job-traffic.ts'
import { ended, fastClock, NAMESPACE, running, stage, untilSo } from './stage.ts'

const NAME = 'run-1-job'
const IMAGE: JobSpec = { kind: 'job', image: 'newman:6', command: ['newman', 'run'], env: { WHO: 'us' } }
const signal = new AbortController().signal

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-job-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function started(spec: JobSpec = IMAGE) {
  const cluster = stage(fastClock(20))
  const traffic = createJobTraffic(spec, cluster.setting)
  const starting = traffic.start(signal)
  await untilSo('the Job is there', () => cluster.kube.peek(JOBS, NAME, NAMESPACE) !== undefined)
  cluster.pod(NAME, running('job'))
  await starting
  return { cluster, traffic, now: () => cluster.setting.clock.now() }
}

function manifest(text: string): string {
  const path = join(folder, 'job.yaml')
  writeFileSync(path, text)
  return path
}

describe('traffic from a Job of the suite', () => {
  it('runs the image until it is taken away, and has no requests of its own', async () => {
    const { cluster, traffic, now } = await started()
    const job = JSON.stringify(cluster.kube.peek(JOBS, NAME, NAMESPACE))
    for (const part of ['"image":"newman:6"', '"command":["newman","run"]', '{"name":"WHO","value":"us"}', '"Never"'])
      expect(job).toContain(part)
    const startMs = now()
    await traffic.settle(startMs + 1_000)
    expect(traffic.absent?.(startMs, startMs + 1_000)).toEqual([])
    expect(traffic.records(startMs, startMs + 1_000)).toMatchObject({ length: 0, problems: [{ code: 'NO_DATA' }] })
    await traffic.stop()
    expect(cluster.kube.all(JOBS)).toEqual([])
  })

  it.each<[string, Readonly<Record<string, number>>, string, RegExp]>([
    ['failed', { job: 3 }, 'TRAFFIC_FAILED', /container job ended with exit code 3/],
    ['ended too early', { job: 0 }, 'LOAD_NOT_DELIVERED', /ended \d+ ms before the window did/],
  ])('says that it %s, also to what Prometheus counted', async (_, ends, code, words) => {
    const { cluster, traffic, now } = await started()
    const startMs = now()
    cluster.pod(NAME, ended(ends, new Date(startMs).toISOString()))
    const span = { window: 'fault' as const, startMs, endMs: startMs + 60_000, sliceMs: 1_000 }
    await traffic.settle(span.endMs)
    const found = expect.objectContaining({ code, detail: expect.stringMatching(words) })
    expect(traffic.absent?.(startMs, span.endMs)).toContainEqual(found)
    const objective: PlannedObjective = {
      name: 'up',
      indicator: { source: 'prometheus', kind: 'ratio', bad: 'bad', total: 'total' },
      need: { kind: 'share', target: 0.99 },
      line: 1,
    }
    const observer = createObserver({
      traffic,
      prometheusUrl: 'http://127.0.0.1:1',
      scrapeMs: 1_000,
      token: undefined,
      clock: cluster.setting.clock,
      placeholders: { namespace: NAMESPACE },
      deadlineMs: 50,
    })
    expect((await observer.measure(objective, span)).problems).toContainEqual(found)
    await traffic.stop()
  })

  it('says that nobody saw it while the server was away', async () => {
    const { cluster, traffic, now } = await started()
    cluster.kube.fail = () => new KubeError(503, 'ServiceUnavailable', 'away')
    const startMs = now()
    await traffic.settle(startMs + 5_000)
    expect(traffic.absent?.(startMs, startMs + 5_000)).toEqual([
      { code: 'LOAD_NOT_DELIVERED', detail: expect.stringMatching(/was last seen \d+ ms before the window ended/) },
    ])
    cluster.kube.fail = () => undefined
    await traffic.stop()
  })

  it('does not begin where it is over at once', async () => {
    const cluster = stage(fastClock(20))
    const traffic = createJobTraffic(IMAGE, cluster.setting)
    const starting = traffic.start(signal)
    starting.catch(() => undefined)
    await untilSo('the Job is there', () => cluster.kube.peek(JOBS, NAME, NAMESPACE) !== undefined)
    cluster.pod(NAME, ended({ job: 0 }))
    await expect(starting).rejects.toMatchObject({ code: 'TRAFFIC', message: expect.stringMatching(/over at once/) })
    expect(cluster.kube.all(JOBS)).toEqual([])
  })

  it('was not there where it was never started', () => {
    const { setting } = stage()
    expect(createJobTraffic(IMAGE, setting).absent?.(0, 1)).toMatchObject([{ code: 'TRAFFIC_FAILED' }])
  })
})

describe('a manifest of a Job', () => {
  it('keeps all that is its own, and gets the name, the labels and the end of the run', async () => {
    const path = manifest(`apiVersion: batch/v1
kind: Job
metadata: {name: mine, namespace: elsewhere, labels: {team: shop}}
spec:
  backoffLimit: 6
  activeDeadlineSeconds: 600
  template:
    metadata: {labels: {app: load}}
    spec: {restartPolicy: OnFailure, serviceAccountName: load, containers: [{name: job, image: "locust:2"}]}
`)
    const { cluster, traffic } = await started({ kind: 'job', command: [], manifest: path })
    expect(cluster.kube.peek(JOBS, NAME, NAMESPACE)).toMatchObject({
      metadata: { name: NAME, namespace: NAMESPACE, labels: { team: 'shop', 'seaworthy.dev/run': 'run-1' } },
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: 600,
        ttlSecondsAfterFinished: 3_600,
        template: {
          metadata: { labels: { app: 'load', 'seaworthy.dev/run': 'run-1' } },
          spec: {
            restartPolicy: 'Never',
            serviceAccountName: 'load',
            containers: [{ name: 'job', image: 'locust:2' }],
          },
        },
      },
    })
    await traffic.stop()
  })

  it.each([
    ['another kind', 'apiVersion: v1\nkind: Pod', /apiVersion/],
    [
      'many pods',
      'apiVersion: batch/v1\nkind: Job\nspec: {parallelism: 3, template: {spec: {containers: [{name: a}]}}}',
      /parallelism/,
    ],
    ['two objects', 'a: 1\n---\nb: 2', /exactly one object/],
    ['what is no YAML', 'a: [', /cannot be used/],
    ['nothing', '', /cannot be used/],
  ])('is refused with %s', (_, text, words) => {
    const spec: JobSpec = { kind: 'job', command: [], manifest: manifest(text) }
    expect(() => createJobTraffic(spec, stage().setting)).toThrow(words)
  })
})
