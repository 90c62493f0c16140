import type { PodOnNode, Prober } from '../../model/cluster/mechanism.ts'
import type { NodeProbe, NodeReading } from '../../model/cluster/reading.ts'
import { execIn, whileThere } from '../namespaces/exec-in.ts'
import { askInPod, type Got, medianTook } from '../proxy/probe/ask-in-pod.ts'
import { askTcp, type TcpAsk } from '../proxy/probe/tcp-connections.ts'

type ConnectionsProbe = Extract<NodeProbe, { readonly probe: 'connections' }>

const ATTEMPTS = 3
const TIMEOUT_MS = 2_000

/**
 * Three new connections, to the pod or from it to the peers: `ready` is whether all were taken and kept, and `answers` says
 * what each got. `matched` is how many connections are established on the port, whoever's they are, in the pod's view.
 */
export const connectionsProber: Prober<ConnectionsProbe> = {
  probe: 'connections',
  read: async ({ port }, pod, context, peers) => {
    const outward = peers.length > 0
    const single = outward ? peers.filter((peer) => !peer.includes('/')) : pod.ips
    const calls = callsOf(single, port)
    const established = await establishedOn(pod, port, outward)
    const got = outward ? await askInPod(pod, context, { ask: 'tcp', calls }) : await Promise.all(calls.map(askTcp))
    return { ...readingOf(got, outward), ...(established === undefined ? {} : { matched: established }) }
  },
}

function callsOf(addresses: readonly string[], port: number): readonly TcpAsk[] {
  if (addresses.length === 0) return []
  return Array.from({ length: ATTEMPTS }, (_, at) => ({
    address: addresses[at % addresses.length] ?? '',
    port,
    timeoutMs: TIMEOUT_MS,
  }))
}

function readingOf(got: readonly Got[], outward: boolean): Partial<NodeReading> {
  if (got.length === 0) return {}
  const answered = got.filter(({ answer }) => ['accepted', 'closed', 'refused', 'reset'].includes(answer))
  const medianMs = medianTook(answered)
  const probe = { attempts: got.length, answered: answered.length, ...(medianMs === undefined ? {} : { medianMs }) }
  return {
    ...(outward ? { outbound: probe } : { inbound: probe }),
    answers: Object.fromEntries([...Map.groupBy(got, ({ answer }) => answer)].map(([key, all]) => [key, all.length])),
    ready: got.every(({ answer }) => answer === 'accepted'),
  }
}

async function establishedOn(pod: PodOnNode, port: number, outward: boolean): Promise<number | undefined> {
  const filter = `( ${outward ? 'dport' : 'sport'} = :${port} )`
  const list = () => execIn(pod, 'ss', ['-Htn', 'state', 'established', filter])
  const ending = await whileThere(pod, undefined, list).catch(() => undefined)
  return ending?.exitCode === 0 ? ending.stdout.split('\n').filter((line) => line.trim() !== '').length : undefined
}
