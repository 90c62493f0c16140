import { isIP } from 'node:net'
import { exec } from '../../../kit/exec.ts'
import type { PodOnNode, Prober } from '../../../model/cluster/mechanism.ts'
import type { NodeProbe, NodeReading, TcpProbe } from '../../../model/cluster/reading.ts'
import { enterNetns } from '../../namespaces/netns.ts'
import { attemptsCommand, type Endpoint, parseAttempts } from './tcp-attempts.ts'

type PacketProbe = Extract<NodeProbe, { probe: 'packets' }>

const ATTEMPTS = 3
const MOST_PEERS = 4
/** Discard: hardly anybody listens, and a refusal is an answer as well. */
const DEFAULT_PORT = 9
const SILENCE_MS = 300
const LONGEST_SILENCE_MS = 2_000
const START_MS = 5_000

export interface PacketProberOptions {
  /** How long packets of this pod are held on purpose now, in ms: silence means nothing before. */
  readonly holdMs: (pod: PodOnNode) => number
  /** A process in the node's own network namespace. */
  readonly nodePid?: number
}

/**
 * Connections of the daemon's own: from the pod to at most four peers (addresses or ranges, of which the first address is
 * taken, or `address:port`), and from the node to the pod. Accepted or refused, something came back; nothing within 300 ms,
 * or up to 2 s while packets are held, is silence. An established fault on peers only shows in `outbound`, whichever its
 * direction: an answer needs both.
 */
export function createPacketProber({ holdMs, nodePid = 1 }: PacketProberOptions): Prober<PacketProbe> {
  return {
    probe: 'packets',
    read: async (probe, pod, _, peers) => {
      const timeoutMs = Math.min(LONGEST_SILENCE_MS, SILENCE_MS + 2 * holdMs(pod))
      const port = probe.ports?.[0] ?? DEFAULT_PORT
      const outwards = peers
        .flatMap((peer) => endpointOf(peer, port) ?? [])
        .filter(({ address }) => pod.ips.some((ip) => isIP(ip) === isIP(address)))
        .slice(0, MOST_PEERS)
      const inwards = pod.ips.slice(0, 1).map((address) => ({ address, port }))
      const [outbound, inbound] = await Promise.all([
        attempt(() => enterNetns(pod), outwards, timeoutMs),
        attempt(() => ['nsenter', '-t', String(nodePid), '-n', '--'], pod.hostNetwork ? [] : inwards, timeoutMs),
      ])
      const reading: Partial<NodeReading> = {
        probe: 'packets',
        ...(outbound ? { outbound } : {}),
        ...(inbound ? { inbound } : {}),
      }
      return reading
    },
  }
}

/** `10.0.0.7`, `10.0.0.7:80`, `[fd00::7]:80`, `10.0.0.0/24`; undefined for anything else. */
export function endpointOf(peer: string, port: number): Endpoint | undefined {
  const bracketed = /^\[([^\]]+)\]:(\d{1,5})$/.exec(peer) ?? /^([\d.]+):(\d{1,5})$/.exec(peer)
  const [address, wanted] = bracketed ? [bracketed[1] ?? '', Number(bracketed[2])] : [peer.split('/')[0] ?? '', port]
  if (isIP(address) === 0 || address.includes('%') || wanted < 1 || wanted > 65_535) return undefined
  return { address, port: wanted }
}

/** undefined where nothing could be tried: no number is not "no answer". */
async function attempt(
  enter: () => readonly string[],
  endpoints: readonly Endpoint[],
  timeoutMs: number,
): Promise<TcpProbe | undefined> {
  if (endpoints.length === 0) return undefined
  try {
    const [program = '', ...words] = [...enter(), ...attemptsCommand(endpoints, ATTEMPTS, timeoutMs)]
    const { exitCode, stdout } = await exec(program, words, { timeoutMs: timeoutMs + START_MS })
    const took = parseAttempts(stdout)
    if (exitCode !== 0 || took.length !== endpoints.length * ATTEMPTS) return undefined
    const answered = took.filter((ms) => ms !== undefined).toSorted((left, right) => left - right)
    const medianMs = answered[answered.length >> 1]
    return { attempts: took.length, answered: answered.length, ...(medianMs === undefined ? {} : { medianMs }) }
  } catch {
    return undefined
  }
}
