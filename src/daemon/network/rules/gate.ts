import { SeaworthyError } from '../../../kit/errors.ts'
import type { Peers } from '../../../model/cluster/fault-object.ts'
import type { NodeContext } from '../../../model/cluster/mechanism.ts'
import type { Direction, PacketMatch } from '../../../model/cluster/node-action.ts'
import { asPeers, disjointPeers, EVERYBODY } from './ranges.ts'

/** Where packets of the other side are met: `input` by their source, the others by their destination. */
export type Hook = 'input' | 'output' | 'postrouting'

/** What all rule-like actions have in common: whose packets, and until when. Written as nft or as ipset and iptables. */
export interface Gate {
  readonly id: string
  /** Ranges that do not overlap. */
  readonly peers: Peers
  readonly ports: readonly number[] | undefined
  readonly nodeAddresses: Peers
  /** The timeout of every element of its sets. */
  readonly remainingMs: number
}

/** The gate of an action, from a tenant's match. Throws SeaworthyError('ENGINE') for what is not an address or port, and when the time is up. */
export function gateOf(match: PacketMatch, context: NodeContext): Gate {
  if (!/^[0-9a-f]{8}$/.test(context.id))
    throw new SeaworthyError('INTERNAL', `${JSON.stringify(context.id)} is not the id of an action`)
  if (context.remainingMs < 1) throw new SeaworthyError('ENGINE', 'the time of the fault is up')
  const strange = match.ports?.find((port) => !Number.isInteger(port) || port < 1 || port > 65_535)
  if (strange !== undefined) throw new SeaworthyError('ENGINE', `${strange} is not a port`)
  return {
    id: context.id,
    peers: match.peers === undefined ? EVERYBODY : disjointPeers(match.peers),
    ports: match.ports === undefined ? undefined : [...new Set(match.ports)],
    nodeAddresses: asPeers(context.nodeAddresses),
    remainingMs: Math.round(context.remainingMs),
  }
}

/** Where a direction is met at the ends of the network stack: the pod receives at INPUT and sends at OUTPUT. */
export function hooksOf(direction: Direction): readonly Hook[] {
  return direction === 'both' ? ['input', 'output'] : direction === 'from' ? ['input'] : ['output']
}

/** The common name of the tables and sets of an action. */
export function tableName(id: string): string {
  return `sw_${id}`
}
