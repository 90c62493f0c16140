import type { Mechanism, PodOnNode, Prober } from '../../model/cluster/mechanism.ts'
import type { Impairment, NodeAction } from '../../model/cluster/node-action.ts'
import type { NodeProbe } from '../../model/cluster/reading.ts'
import { drop } from './drop.ts'
import { duplicate } from './duplicate.ts'
import { netem } from './netem.ts'
import { createPacketEngine, type PacketEngine } from './packets/engine-client.ts'
import { createPacketProber } from './probes/packet-prober.ts'
import { createQueue, longestHoldMs } from './queue.ts'
import { shape } from './shape.ts'

type Of<Kind extends NodeAction['do']> = Extract<NodeAction, { do: Kind }>

/** One of each kind; `Mechanism` of any action takes every kind's own. */
export interface Network {
  readonly mechanisms: readonly Mechanism[]
  readonly prober: Prober<Extract<NodeProbe, { probe: 'packets' }>>
  readonly engine: PacketEngine
}

export interface NetworkOptions {
  readonly engine?: PacketEngine
  /** A process in the node's own network namespace; default 1. */
  readonly nodePid?: number
}

/** Everything that the daemon does to packets. It shares one packet engine, which starts with the first queue; `engine.stop` ends it. */
export function createNetwork({ engine = createPacketEngine(), nodePid }: NetworkOptions = {}): Network {
  const holds = new Map<string, { readonly netns: string | undefined; readonly ms: number }>()
  const holdMs = ({ netns }: PodOnNode) =>
    [...holds.values()].filter((hold) => hold.netns === netns).reduce((sum, { ms }) => sum + ms, 0)
  const mechanisms: readonly Mechanism[] = [
    widened<'drop'>(drop),
    widened<'queue'>(holding(createQueue(engine), holds)),
    widened<'duplicate'>(duplicate),
    widened<'shape'>(shape),
    widened<'netem'>(holding(netem, holds)),
  ]
  return { mechanisms, prober: createPacketProber({ holdMs, ...(nodePid === undefined ? {} : { nodePid }) }), engine }
}

/** Remembers how long packets are held, so that silence is not taken for a partition meanwhile. */
function holding<A extends NodeAction & { readonly impairment: Impairment }>(
  mechanism: Mechanism<A>,
  holds: Map<string, { readonly netns: string | undefined; readonly ms: number }>,
): Mechanism<A> {
  return {
    ...mechanism,
    apply: async (action, pod, context) => {
      await mechanism.apply(action, pod, context)
      holds.set(context.id, { netns: pod.netns, ms: longestHoldMs(action.impairment) })
    },
    undo: async (action, pod, context) => {
      holds.delete(context.id)
      await mechanism.undo(action, pod, context)
    },
  }
}

/** The daemon picks a mechanism by the action's kind, and hands it actions of that kind only. */
function widened<Kind extends NodeAction['do']>(mechanism: Mechanism<Of<Kind>>): Mechanism {
  return mechanism as unknown as Mechanism
}

const shared = createNetwork()

export const NETWORK_MECHANISMS: readonly Mechanism[] = shared.mechanisms
export const PACKET_PROBER = shared.prober
/** Ends the packet engine of NETWORK_MECHANISMS: what it holds passes. */
export const stopNetwork: () => Promise<void> = shared.engine.stop
