import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { KubeError } from '../../../src/kube/kube-error.ts'
import { CONFIG_MAPS, EVENTS, JOBS, PODS } from '../../../src/kube/resources.ts'
import { JobRun } from '../../../src/traffic/cluster/job-run.ts'
import { ended, fastClock, NAMESPACE, running, stage, untilSo } from './stage.ts'

const NAME = 'run-1-job'
const signal = new AbortController().signal

function jobOn(cluster: ReturnType<typeof stage>, configMap = false): JobRun {
  const object = (kind: string, apiVersion: string): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name: NAME, namespace: NAMESPACE },
  })
  return new JobRun(cluster.setting, {
    job: object('Job', 'batch/v1'),
    configMap: configMap ? object('ConfigMap', 'v1') : undefined,
    isGood: (container, code) => code === 0 || (container === 'k6' && code === 99),
    secrets: ['hunter2-secret'],
  })
}

/** A Job whose pod was seen running. */
async function goingOn(cluster = stage(fastClock(50))) {
  const job = jobOn(cluster)
  await job.create(signal)
  cluster.pod(NAME, running('job'))
  await untilSo('it runs', () => job.runningAtMs !== undefined)
  return { cluster, job }
}

describe('a Job that plays the users', () => {
  it('is on record before it is there, and leaves nothing', async () => {
    const cluster = stage(fastClock(50))
    const { kube, entries } = cluster
    const atCreation: number[] = []
    kube.fail = ({ verb }) => {
      if (verb === 'create') atCreation.push(entries.length)
      return undefined
    }
    const job = jobOn(cluster, true)
    await job.create(signal)
    expect(atCreation).toEqual([1, 2])
    cluster.pod(NAME, running('job'))
    await untilSo('it runs', () => job.runningAtMs !== undefined)
    await job.remove()
    await job.remove()
    expect([kube.all(JOBS), kube.all(CONFIG_MAPS), kube.all(PODS)]).toEqual([[], [], []])
    expect(entries.map(({ entry }) => entry)).toEqual(['object', 'object', 'gone', 'gone'])
    expect(job.end).toBeUndefined()
  })

  it('says by itself when it has ended, and since when at the earliest', async () => {
    const { cluster, job } = await goingOn()
    cluster.pod(NAME, ended({ job: 0, k6: 99 }, '2026-01-01T00:00:00Z'))
    await untilSo('it ended', () => job.end !== undefined)
    expect(job.end).toEqual({ atMs: Date.parse('2026-01-01T00:00:00Z'), trouble: undefined })
    await job.remove()
  })

  it('says which container failed, by its last words without secrets', async () => {
    const { cluster, job } = await goingOn()
    cluster.logs.set('job', 'fine\nboom \u001b[31m hunter2-secret\n')
    cluster.pod(NAME, ended({ job: 7 }))
    await untilSo('it ended', () => job.end !== undefined)
    expect(job.end?.trouble).toBe('container job ended with exit code 7: boom  [31m ***')
    await job.remove()
  })

  it.each<[string, (cluster: ReturnType<typeof stage>) => void, RegExp]>([
    [
      'the Job deleted',
      ({ kube }) => {
        void kube.remove(JOBS, NAME, NAMESPACE)
        void kube.remove(PODS, `${NAME}-x1`, NAMESPACE)
      },
      /its pod run-1-job-x1 is gone: somebody deleted the Job run-1-job/,
    ],
    ['the pod deleted', ({ kube }) => void kube.remove(PODS, `${NAME}-x1`, NAMESPACE), /is gone: somebody deleted it/],
    [
      'the pod about to go',
      (cluster) => void cluster.pod(NAME, running('job'), { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      /was deleted while it ran/,
    ],
    [
      'another pod beside it',
      (cluster) => void cluster.pod(NAME, running('job'), { name: 'second', uid: 'other' }),
      /a second pod took the place of run-1-job-x1/,
    ],
    [
      'the pod evicted',
      (cluster) =>
        void cluster.pod(NAME, { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory' }),
      /it is Failed: Evicted: The node was low on memory/,
    ],
    [
      'a good pod replaced',
      (cluster) => void cluster.pod(NAME, running('job'), { uid: 'other' }),
      /its pod run-1-job-x1 is gone/,
    ],
  ])('tells of %s', async (_, happens, words) => {
    const { cluster, job } = await goingOn()
    happens(cluster)
    await untilSo('it ended', () => job.end !== undefined)
    expect(job.end?.trouble).toMatch(words)
    await job.remove()
  })

  it('tells of a Job that failed before it had a pod, or is gone', async () => {
    const refused = stage(fastClock(50))
    const job = jobOn(refused)
    await job.create(signal)
    refused.failJob(NAME, 'BackoffLimitExceeded', 'no more')
    await untilSo('it ended', () => job.end !== undefined)
    expect(job.end?.trouble).toBe('the Job failed: BackoffLimitExceeded no more')

    const gone = stage(fastClock(50))
    const other = jobOn(gone)
    await other.create(signal)
    await gone.kube.remove(JOBS, NAME, NAMESPACE)
    await untilSo('it ended', () => other.end !== undefined)
    expect(other.end?.trouble).toMatch(/there is no Job run-1-job: somebody deleted it/)
  })

  it('says why there is no pod, or why it waits', async () => {
    const cluster = stage(fastClock(50))
    const job = jobOn(cluster)
    await job.create(signal)
    const uid = cluster.kube.peek(JOBS, NAME, NAMESPACE)?.metadata.uid
    cluster.kube.place(EVENTS, {
      metadata: { name: 'e1', namespace: NAMESPACE },
      involvedObject: { uid },
      type: 'Warning',
      reason: 'FailedCreate',
      message: 'violates PodSecurity "restricted:latest"',
    } as KubeObject)
    expect(await job.words()).toBe('FailedCreate: violates PodSecurity "restricted:latest"')
    const waiting = { reason: 'ErrImagePull', message: 'no such\nimage' }
    cluster.pod(NAME, { phase: 'Pending', containerStatuses: [{ name: 'job', state: { waiting } }] })
    await untilSo('its pod is known', () => job.pod !== undefined)
    expect(await job.words()).toBe('container job waits: ErrImagePull: no such image')
    await job.remove()
  })

  it('knows nothing new while the server does not answer', async () => {
    const { cluster, job } = await goingOn()
    cluster.kube.fail = () => new KubeError(503, 'ServiceUnavailable', 'away')
    await job.look()
    const seen = job.runningAtMs
    await job.look()
    expect([job.end, job.runningAtMs]).toEqual([undefined, seen])
    cluster.kube.fail = () => undefined
    await job.remove()
  })

  it('is no run where it cannot be made, and leaves nothing', async () => {
    const cluster = stage()
    cluster.kube.fail = ({ verb, plural }) =>
      verb === 'create' && plural === 'jobs' ? new KubeError(403, 'Forbidden', 'not allowed') : undefined
    await expect(jobOn(cluster, true).create(signal)).rejects.toMatchObject({ code: 'TRAFFIC' })
    expect(cluster.kube.all(CONFIG_MAPS)).toEqual([])
  })
})
