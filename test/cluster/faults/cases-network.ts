import type { Resource } from '../../../src/kube/kube-client.ts'
import { type FaultCase, type Look, look, shown } from './case.ts'
import { connectionsTo } from './kernel.ts'
import { appSays, ask, askGrpc, connectMs, download, type EchoLook, echo } from './looks.ts'
import { addressOf, type Site } from './stage.ts'

const NETWORK_POLICIES: Resource = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'networkpolicies',
  kind: 'NetworkPolicy',
  namespaced: true,
}
const onPods = { kind: 'app', target: 'pods' } as const

function echoed(isBroken: (seen: EchoLook) => boolean, spoken: (seen: EchoLook) => string) {
  return async (site: Site): Promise<Look> => {
    const seen = await echo(addressOf(site), 100)
    return look(isBroken(seen), spoken(seen))
  }
}

const percent = (part: number, all: number) => `${Math.round((100 * part) / all)} %`
const lost = ({ sent, back }: EchoLook) => sent - back

async function connects(site: Site): Promise<Look> {
  const port = site.pods.length > 1 ? 9090 : 8080
  const times = await Promise.all(site.pods.map((pod) => connectMs(pod.status?.podIP ?? '', port)))
  const answered = times.filter((ms) => ms !== undefined).length
  return look(answered === 0, `${answered} of ${times.length} pods answer`)
}

async function shopWorks(site: Site): Promise<Look> {
  const web = site.pods.find(({ metadata }) => metadata.name.startsWith('web-'))
  const { status, ms } = await ask(web?.status?.podIP ?? '', '/checkout', 8080, 1_000)
  return look(status !== 200, status === undefined ? 'no answer' : `${status} in ${shown(ms)}`)
}

async function resolved(site: Site, name: string): Promise<string> {
  const said = await appSays<{ readonly answer: string }>(addressOf(site), `/resolve?name=${name}`)
  return said?.answer ?? 'nothing'
}

const DNS_NAME = 'kubernetes.default.svc.cluster.local'

function resolves(isBroken: (answer: string) => boolean) {
  return async (site: Site): Promise<Look> => {
    const answer = await resolved(site, DNS_NAME)
    return look(isBroken(answer), answer)
  }
}

/** Faults that are done in the network of a pod, by the kernel, by user space and by proxies. */
export const NETWORK_CASES: readonly FaultCase[] = [
  {
    type: 'network-partition',
    parameters: {},
    asked: 'nothing passes, 4 pods',
    ...onPods,
    kind: 'static',
    replicas: 4,
    look: connects,
  },
  {
    type: 'network-partition',
    name: 'network-partition from one workload to another',
    parameters: { to: { workload: 'store' } },
    asked: 'api reaches no store',
    kind: 'shop',
    target: 'pods',
    workload: 'api',
    look: shopWorks,
  },
  {
    type: 'network-delay',
    parameters: { latency: '100ms' },
    asked: '100 ms',
    ...onPods,
    look: echoed(
      ({ medianMs = 0 }) => medianMs > 80,
      ({ medianMs }) => shown(medianMs),
    ),
  },
  {
    type: 'network-loss',
    parameters: { loss: '30%' },
    asked: '51 % of round trips (30 % each way)',
    ...onPods,
    look: echoed(
      (seen) => lost(seen) > 25,
      (seen) => percent(lost(seen), seen.sent),
    ),
  },
  {
    type: 'network-loss',
    name: 'network-loss with a correlation, in user space',
    parameters: { loss: '30%', correlation: '25%', direction: 'from' },
    asked: '30 %',
    ...onPods,
    look: echoed(
      (seen) => lost(seen) > 12,
      (seen) => percent(lost(seen), seen.sent),
    ),
  },
  {
    type: 'network-bandwidth',
    parameters: { rate: '4mbit' },
    asked: '4 Mbit/s',
    ...onPods,
    look: async (site) => {
      const rate = await download(addressOf(site), 750_000)
      return look(rate < 800_000, `${((8 * rate) / 1e6).toFixed(1)} Mbit/s`)
    },
  },
  {
    type: 'network-duplicate',
    parameters: { duplicate: '30%' },
    asked: '30 %',
    ...onPods,
    look: echoed(
      ({ copies }) => copies > 12,
      ({ copies, sent }) => percent(copies, sent),
    ),
  },
  {
    type: 'network-corrupt',
    parameters: { corrupt: '30%', direction: 'from' },
    asked: '30 %',
    ...onPods,
    look: echoed(
      (seen) => lost(seen) > 12,
      (seen) => `${percent(lost(seen), seen.sent)} lost for it`,
    ),
  },
  {
    type: 'network-reorder',
    parameters: { reorder: '25%', latency: '40ms' },
    asked: '75 % overtaken by others, 40 ms',
    ...onPods,
    look: echoed(
      ({ overtaken }) => overtaken > 10,
      ({ overtaken, sent, medianMs }) => `${percent(overtaken, sent)}, ${shown(medianMs)}`,
    ),
  },
  {
    type: 'network-policy',
    parameters: { deny: 'both' },
    asked: 'nothing passes',
    kind: 'static',
    target: 'workload',
    look: async (site) => {
      const policies = await site.client.list(NETWORK_POLICIES, { namespace: site.namespace })
      const { measured } = await connects(site)
      return look(policies.length > 0, `${policies.length} policies, ${measured}`)
    },
    neverEffective: 'the network of this cluster has no policies, and the proof must notice',
  },
  {
    type: 'connection-exhaust',
    parameters: { connections: 200 },
    asked: '200 connections',
    ...onPods,
    kind: 'static',
    look: async ({ stage, pods }) => {
      const open = pods[0] ? connectionsTo(stage.shape, pods[0], 8080) : 0
      return look(open >= 180, `${open} connections`)
    },
  },
  {
    type: 'http-abort',
    parameters: { status: 503 },
    asked: '503',
    ...onPods,
    kind: 'static',
    look: async (site) => {
      const { status } = await ask(addressOf(site))
      return look(status === 503, String(status))
    },
  },
  {
    type: 'http-delay',
    parameters: { latency: '300ms' },
    asked: '300 ms',
    ...onPods,
    look: async (site) => {
      const { status, ms } = await ask(addressOf(site))
      return look(status === 200 && ms > 290, shown(ms))
    },
  },
  {
    type: 'http-replace',
    parameters: { status: 418, body: 'teapot' },
    asked: '418',
    ...onPods,
    kind: 'static',
    look: async (site) => {
      const { status, body } = await ask(addressOf(site))
      return look(status === 418 && body === 'teapot', `${status} ${body.slice(0, 20).trim()}`)
    },
  },
  {
    type: 'grpc-abort',
    parameters: { status: 'UNAVAILABLE' },
    asked: 'UNAVAILABLE (14)',
    ...onPods,
    look: async (site) => {
      const status = await askGrpc(addressOf(site), '/shop.Cart/Add')
      return look(status === '14', status ?? 'no gRPC')
    },
  },
  {
    type: 'dns-error',
    parameters: { patterns: ['kubernetes.*'], error: 'nxdomain' },
    asked: 'NXDOMAIN',
    ...onPods,
    look: resolves((answer) => answer === 'ENOTFOUND'),
  },
  {
    type: 'dns-random',
    parameters: { patterns: ['kubernetes.*'] },
    asked: '240.0.0.0/4',
    ...onPods,
    look: resolves((answer) => /^2(4\d|5\d)\./.test(answer)),
  },
  {
    type: 'dns-static',
    parameters: { patterns: ['kubernetes.*'], addresses: ['192.0.2.7'] },
    asked: '192.0.2.7',
    ...onPods,
    look: resolves((answer) => answer === '192.0.2.7'),
  },
]
