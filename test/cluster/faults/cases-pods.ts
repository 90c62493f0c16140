import { setTimeout as sleep } from 'node:timers/promises'
import { DEPLOYMENTS } from '../../../src/kube/resources.ts'
import { PAUSE_IMAGE, STATIC_IMAGE } from '../images/catalogue.ts'
import type { Shape } from '../shape.ts'
import { type FaultCase, type Look, look, shown } from './case.ts'
import { coreSeconds, memoryBytes, switches, throttled } from './kernel.ts'
import { appSays, ask } from './looks.ts'
import { addressOf, isReady, type Pod, podsOf, type Site } from './stage.ts'

const onPods = { kind: 'app', target: 'pods' } as const
const onStatic = { kind: 'static', target: 'pods' } as const
const MIB = 2 ** 20

/** How many of the pods that were there are not any more. */
async function replaced({ client, namespace }: Site, before: Site): Promise<Look> {
  const now = await podsOf(client, namespace)
  const gone = before.pods.filter(({ metadata }) => !now.some((pod) => pod.metadata.uid === metadata.uid))
  return look(gone.length > 0, `${gone.length} of ${before.pods.length} pods gone`)
}

async function answers(site: Site): Promise<Look> {
  const { status, ms } = await ask(addressOf(site), '/', 8080, 600)
  return look(status === undefined, status === undefined ? 'no answer' : `${status} in ${shown(ms)}`)
}

async function restarts({ client, namespace }: Site): Promise<Look> {
  const [pod] = await podsOf(client, namespace)
  const count = pod?.status?.containerStatuses?.[0]?.restartCount ?? 0
  return look(count > 0, `${count} restarts`)
}

async function readyCount({ client, namespace }: Site): Promise<number> {
  return (await podsOf(client, namespace)).filter(isReady).length
}

/** Cores that the pod uses over a short while. */
async function cores({ stage, pods: [pod] }: Site): Promise<number> {
  if (!pod) return 0
  const [usedBefore, at] = [coreSeconds(stage.shape, pod), performance.now()]
  await sleep(600)
  return (coreSeconds(stage.shape, pod) - usedBefore) / ((performance.now() - at) / 1_000)
}

async function throttledRate(shape: Shape, pod: Pod): Promise<number> {
  const [counted, at] = [throttled(shape, pod), performance.now()]
  await sleep(1_500)
  return (throttled(shape, pod) - counted) / ((performance.now() - at) / 1_000)
}

async function switchRate({ stage, pods: [pod] }: Site): Promise<number> {
  if (!pod) return 0
  const [counted, at] = [switches(stage.shape, pod), performance.now()]
  await sleep(600)
  return (switches(stage.shape, pod) - counted) / ((performance.now() - at) / 1_000)
}

/** A machine that is busy with something else gives a stressor less than it asks for: for a quiet one. */
export const QUIET_CASES: readonly FaultCase[] = [
  {
    type: 'cpu-stress',
    parameters: { workers: 1, load: '50%' },
    asked: '0.5 cores',
    ...onStatic,
    look: async (site) => {
      const used = await cores(site)
      return look(used > 0.12, `${used.toFixed(2)} cores`)
    },
  },
]

interface AppState {
  readonly deaths: number
}

/** Faults on pods, their processes and what these use up. */
export const POD_CASES: readonly FaultCase[] = [
  { type: 'pod-kill', parameters: {}, asked: '1 pod', ...onStatic, look: replaced, instantaneous: true },
  {
    type: 'evict',
    parameters: { 'grace-period': '0s' },
    asked: '1 pod',
    ...onStatic,
    look: replaced,
    instantaneous: true,
  },
  {
    type: 'pod-failure',
    parameters: { image: PAUSE_IMAGE },
    asked: 'the pod is there and does nothing',
    ...onStatic,
    look: answers,
  },
  { type: 'container-kill', parameters: {}, asked: '1 container', ...onStatic, look: restarts, instantaneous: true },
  {
    type: 'process-kill',
    parameters: { process: 'seaworthy-worker' },
    asked: '1 process of 2',
    ...onPods,
    look: async (site) => {
      const said = await appSays<AppState>(addressOf(site), '/')
      return look((said?.deaths ?? 0) > 0, `${said?.deaths ?? 'unknown'} deaths`)
    },
    instantaneous: true,
  },
  { type: 'process-pause', parameters: {}, asked: 'nobody answers', ...onStatic, look: answers },
  {
    type: 'scale',
    parameters: { to: 3 },
    asked: '3 replicas',
    kind: 'static',
    target: 'workload',
    look: async (site) => {
      const count = await readyCount(site)
      return look(count === 3, `${count} ready`)
    },
  },
  {
    type: 'rollout-restart',
    parameters: {},
    asked: 'new pods',
    kind: 'static',
    target: 'workload',
    look: replaced,
    instantaneous: true,
    changes: ['Deployment', 'ReplicaSet', 'Pod'],
  },
  {
    type: 'cpu-stress',
    name: 'cpu-stress in a container with a limit',
    parameters: { workers: 1 },
    asked: '1 core, where 0.05 are allowed',
    kind: 'limited',
    target: 'pods',
    look: async ({ stage, pods: [pod] }) => {
      const held = pod ? await throttledRate(stage.shape, pod) : 0
      return look(held > 1, `throttled ${held.toFixed(1)} times a second`)
    },
  },
  {
    type: 'memory-stress',
    parameters: { size: '64MiB' },
    asked: '64 MiB',
    ...onStatic,
    look: async ({ stage, pods: [pod] }) => {
      const held = pod ? memoryBytes(stage.shape, pod) / MIB : 0
      return look(held > 60, `${Math.round(held)} MiB`)
    },
  },
  {
    type: 'context-switch-stress',
    parameters: { workers: 2 },
    asked: 'more than 1000 a second',
    ...onStatic,
    look: async (site) => {
      const rate = await switchRate(site)
      return look(rate > 1_000, `${Math.round(rate)} a second`)
    },
  },
  {
    type: 'io-throttle',
    parameters: { write: '1MiB/s', path: '/data' },
    asked: '1 MiB/s',
    ...onPods,
    look: async (site) => {
      const said = await appSays<{ readonly ms: number }>(addressOf(site), `/write?path=/data&bytes=${MIB}`, 15_000)
      const rate = said ? 1_000 / said.ms : 0
      return look(rate < 1.5, `${rate.toFixed(1)} MiB/s`)
    },
  },
  {
    type: 'disk-fill',
    parameters: { path: '/memory', size: '64MiB' },
    asked: '64 MiB of 128 MiB',
    ...onPods,
    look: async (site) => {
      const said = await appSays<{ readonly bytes: number }>(addressOf(site), '/free?path=/memory')
      const free = (said?.bytes ?? Number.NaN) / MIB
      return look(free < 70, `${Math.round(free)} MiB free`)
    },
  },
  {
    type: 'script',
    parameters: { inject: 'touch /memory/broken', recover: 'rm -f /memory/broken', proof: 'test -e /memory/broken' },
    asked: 'a file',
    ...onPods,
    look: async (site) => {
      const said = await appSays<{ readonly exists: boolean }>(addressOf(site), '/exists?path=/memory/broken')
      return look(said?.exists === true, said?.exists ? 'it is there' : 'it is not there')
    },
  },
  {
    type: 'patch',
    parameters: { merge: { spec: { paused: true, revisionHistoryLimit: 3 } } },
    asked: 'two fields',
    kind: 'static',
    target: 'workload',
    look: async ({ client, namespace }) => {
      const main = (await client.get(DEPLOYMENTS, 'main', namespace)) as
        | { readonly spec: { readonly paused?: boolean; readonly revisionHistoryLimit?: number } }
        | undefined
      const isWritten = main?.spec.paused === true && main.spec.revisionHistoryLimit === 3
      return look(isWritten, isWritten ? 'as written' : 'not as written')
    },
  },
  {
    type: 'apply',
    parameters: { manifests: [{ apiVersion: 'v1', kind: 'ResourceQuota', spec: { hard: { pods: '1' } } }] },
    asked: 'a quota',
    kind: 'static',
    target: 'namespace',
    look: async ({ client, namespace }) => {
      const { status } = await client.raw({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/pods`,
        dryRun: true,
        body: {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'one-more' },
          spec: { containers: [{ name: 'main', image: STATIC_IMAGE }] },
        },
      })
      return look(status === 403, `one more pod: ${status}`)
    },
  },
  {
    type: 'job',
    parameters: { image: STATIC_IMAGE, proof: 'running' },
    asked: 'a job runs',
    kind: 'bare',
    target: 'namespace',
    look: async (site) => {
      const count = await readyCount(site)
      return look(count === 1, `${count} pods run`)
    },
  },
]
