import { SeaworthyError } from '../../kit/errors.ts'
import { addressPeers } from '../../model/cluster/address-peers.ts'
import type { Peers } from '../../model/cluster/fault-object.ts'
import type { Direction, Impairment, NodeAction, PacketMatch } from '../../model/cluster/node-action.ts'
import type { NodeReading, TcpProbe } from '../../model/cluster/reading.ts'
import type { ClusterFacts } from '../../model/cluster/recipe.ts'
import type { OtherSide } from './links.ts'
import { counted, ms } from './words.ts'

/** How every fault ends that the kernel ends, for the reference page. */
export const TIMED_SET_ENDS =
  "By the kernel: the rule matches a set whose elements run out at the fault's deadline, with every process gone. The daemon takes the rest away."

/** What `notRun` says of every fault that has this mechanism. */
export const NETEM_NOT_RUN =
  '`mechanism: netem` needs sch_netem, which the kernel of the tests lacks: its commands are recorded there, and run with a plain queue in its place.'

export interface PacketParameters {
  readonly to?: OtherSide | undefined
  readonly direction: Direction
  readonly ports?: readonly number[] | undefined
}

/** Throws SeaworthyError('PLAN') where the other side has no address. */
export function packetMatch({ to, direction, ports }: PacketParameters, facts: ClusterFacts): PacketMatch {
  return { peers: peersOf(to, facts), direction, ports }
}

/**
 * Addresses of the other side; undefined where all traffic is meant.
 * Throws SeaworthyError('PLAN') where the other side has no address: no addresses must never come to mean everybody.
 */
export function peersOf(to: OtherSide | undefined, facts: ClusterFacts): Peers | undefined {
  if (to === undefined) return undefined
  if (to.address !== undefined) return addressPeers(to.address)
  if (facts.peers && facts.peers.v4.length + facts.peers.v6.length > 0) return facts.peers
  const name = to.workload ?? to.name ?? 'the other side'
  throw new SeaworthyError('PLAN', `no address of ${name} is known`, {
    target: name,
    remedy: 'Name a workload that has pods or a Service, a host name that resolves, or an address.',
  })
}

/** Connections of the daemon's own go where the fault is: to its ports, or without any to those that the pod declares. */
export function packetProbe({ to, ports }: Pick<PacketParameters, 'to' | 'ports'>, facts: ClusterFacts) {
  return { probe: 'packets', ports: ports ?? (to === undefined ? facts.ports : undefined) } as const
}

/** Which side decides on packets that are not delayed: a drop at the sender's own side may surface as an error in a program. */
export function hookOf(direction: Direction): 'input' | 'output' | 'both' {
  return { to: 'output', from: 'input', both: 'both' }[direction] as 'input' | 'output' | 'both'
}

const NOTHING: Omit<Impairment, 'seed'> = {
  latencyMs: 0,
  jitterMs: 0,
  distribution: 'uniform',
  lossRatio: 0,
  correlation: 0,
  corruptRatio: 0,
  reorderRatio: 0,
}

export function impairment(some: Partial<Impairment>, facts: ClusterFacts): Impairment {
  return { ...NOTHING, ...some, seed: facts.seed }
}

/** Held, lost or broken in user space. */
export function queueWay(match: PacketMatch, hook: 'input' | 'output' | 'both', what: Impairment) {
  const action: NodeAction = { do: 'queue', match, hook, impairment: what }
  return { mechanism: hook === 'input' ? 'NFQUEUE at INPUT' : 'NFQUEUE', actions: [action] } as const
}

/** The kernel's own emulator acts on what leaves the pod, and so on every round trip. */
export function netemWay(match: PacketMatch, what: Impairment, duplicateRatio = 0) {
  const action: NodeAction = { do: 'netem', match: { ...match, direction: 'to' }, impairment: what, duplicateRatio }
  return { mechanism: 'netem behind a timed class', actions: [action] } as const
}

/** Packets are impaired by whichever of the two mechanisms was asked for. */
export function impairedRecipe(
  { mechanism, ...given }: PacketParameters & { readonly mechanism?: string | undefined },
  what: Impairment,
  facts: ClusterFacts,
) {
  const match = packetMatch(given, facts)
  return {
    actor: 'daemon',
    ways: [mechanism === 'netem' ? netemWay(match, what) : queueWay(match, hookOf(given.direction), what)],
    probe: packetProbe(given, facts),
  } as const
}

interface Way {
  readonly name: string
  readonly before: TcpProbe
  readonly under: TcpProbe
}

/**
 * The daemon's own connections that say something: those that were answered before the fault. Where the fault is on the traffic
 * with one other side, only connections to that side do; the node's to the pod are not hurt and prove nothing.
 */
export function usableWays(
  under: NodeReading,
  before: NodeReading | undefined,
  to: OtherSide | undefined,
): readonly Way[] {
  const names = to === undefined ? (['outbound', 'inbound'] as const) : (['outbound'] as const)
  return names.flatMap((name) => {
    const [was, is] = [before?.[name], under[name]]
    return was && is && was.answered > 0 && is.attempts > 0 ? [{ name, before: was, under: is }] : []
  })
}

/** By how much the median connect time rose on this way, in ms; undefined where one of the two was not measured. */
export function connectRise({ before, under }: Way): number | undefined {
  if (before.medianMs === undefined || under.medianMs === undefined) return undefined
  return under.medianMs - before.medianMs
}

/** `outbound connects answered 5 of 5 before, 0 of 5 under the fault`. */
export function spokenAnswers(ways: readonly Way[]): string {
  if (ways.length === 0) return 'no connection of our own could be compared'
  return ways
    .map(
      ({ name, before, under }) =>
        `${name} connects answered ${before.answered} of ${before.attempts} before, ${under.answered} of ${under.attempts} under the fault`,
    )
    .join(', ')
}

/** `outbound connect 0.3 → 201.2 ms`. */
export function spokenConnects(ways: readonly Way[]): string {
  if (ways.length === 0) return 'no connection of our own could be compared'
  return ways
    .map(({ name, before, under }) => `${name} connect ${ms(before.medianMs)} → ${ms(under.medianMs)} ms`)
    .join(', ')
}

/** `312 of 318 packets dropped`. */
export function spokenPackets({ hit, matched }: NodeReading, done: string): string {
  return hit === undefined ? 'packets were not counted' : `${hit} of ${counted(matched ?? 0, 'packet')} ${done}`
}
