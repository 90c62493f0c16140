import type { Clock } from '../../../src/kit/clock.ts'
import { systemClock } from '../../../src/kit/clock.ts'
import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import { JOBS, PODS } from '../../../src/kube/resources.ts'
import type { RunEventBody } from '../../../src/model/events.ts'
import type { LedgerEntry } from '../../../src/model/ledger.ts'
import type { ContainerStatus, TrafficPod } from '../../../src/traffic/cluster/pod-words.ts'
import { FakeKube } from '../../fakes/kube.ts'

export const NAMESPACE = 'shop'

/** Time that passes so many times faster, for limits of minutes. */
export function fastClock(times: number): Clock {
  const start = Date.now()
  return {
    now: () => start + (Date.now() - start) * times,
    monotonic: () => performance.now() * times,
    sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
  }
}

/** A cluster in which the test plays the Job controller and the kubelet. */
export function stage(clock: Clock = systemClock) {
  const entries: LedgerEntry[] = []
  const events: RunEventBody[] = []
  const logs = new Map<string, string>()
  /** What a following log says, one part a connection. */
  const streams: string[][] = []
  const kube = new FakeKube()
  const client: KubeClient = Object.assign(kube, {
    raw: async ({ query }: { query?: Readonly<Record<string, string>> | undefined }) => {
      const log = logs.get(query?.container ?? '')
      return { status: log === undefined ? 404 : 200, headers: {}, body: Buffer.from(log ?? '') }
    },
    stream: async function* () {
      for (const part of streams.shift() ?? []) yield Buffer.from(part)
    },
  })
  return {
    kube,
    entries,
    events,
    logs,
    streams,
    setting: {
      client,
      namespace: NAMESPACE,
      run: 'run-1',
      clock,
      emit: (event: RunEventBody) => events.push(event),
      ledger: { write: (entry: LedgerEntry) => entries.push(entry) },
    },
    /** Puts the pod of a Job in place, or changes it. */
    pod: (job: string, status: TrafficPod['status'], more: Partial<KubeObject['metadata']> = {}) => {
      const name = more.name ?? `${job}-x1`
      const labels = { 'batch.kubernetes.io/job-name': job }
      return kube.place(PODS, { metadata: { name, namespace: NAMESPACE, labels, ...more }, status } as TrafficPod)
    },
    /** As the Job controller says it. */
    failJob: (name: string, reason: string, message: string) => {
      const conditions = [{ type: 'Failed', status: 'True', reason, message }]
      kube.place(JOBS, { metadata: { name, namespace: NAMESPACE }, status: { conditions } } as KubeObject)
    },
  }
}

export function running(...names: readonly string[]): TrafficPod['status'] {
  return { phase: 'Running', containerStatuses: names.map((name) => ({ name, state: { running: {} } })) }
}

export function ended(
  ends: Readonly<Record<string, number>>,
  finishedAt = new Date().toISOString(),
): TrafficPod['status'] {
  const containerStatuses = Object.entries(ends).map(
    ([name, exitCode]): ContainerStatus => ({ name, state: { terminated: { exitCode, reason: 'Error', finishedAt } } }),
  )
  return { phase: 'Succeeded', containerStatuses }
}

/** Resolves when it is so. */
export async function untilSo(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not so: ${what}`)
    await systemClock.sleep(5)
  }
}
