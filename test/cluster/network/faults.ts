import { createNetwork, type Network } from '../../../src/daemon/network/mechanisms.ts'
import type { Mechanism, NodeContext } from '../../../src/model/cluster/mechanism.ts'
import type { Direction, Impairment, NodeAction, PacketMatch } from '../../../src/model/cluster/node-action.ts'
import type { Place, Topology } from './topology.ts'

const NOTHING: Impairment = {
  latencyMs: 0,
  jitterMs: 0,
  distribution: 'uniform',
  lossRatio: 0,
  correlation: 0,
  corruptRatio: 0,
  reorderRatio: 0,
  seed: 7,
}

export function match(
  places: readonly Place[] | undefined,
  direction: Direction,
  ports?: readonly number[],
): PacketMatch {
  const peers = places && { v4: places.map(({ v4 }) => v4), v6: places.map(({ v6 }) => v6) }
  return { peers, direction, ports }
}

export function dropped(to: PacketMatch, ratio = 1): NodeAction {
  return { do: 'drop', match: to, ratio }
}

export function queued(
  to: PacketMatch,
  impairment: Partial<Impairment>,
  hook: 'input' | 'output' = 'input',
): NodeAction {
  return { do: 'queue', match: to, hook, impairment: { ...NOTHING, ...impairment } }
}

export function shaped(to: PacketMatch, bytesPerSecond: number): NodeAction {
  return { do: 'shape', match: to, bytesPerSecond }
}

export interface Faults extends Network {
  readonly by: (action: NodeAction) => Mechanism
  readonly apply: (action: NodeAction, place: Place, context: NodeContext) => Promise<void>
  readonly undo: (action: NodeAction, place: Place, context: NodeContext) => Promise<void>
  readonly counters: (
    action: NodeAction,
    place: Place,
    context: NodeContext,
  ) => ReturnType<NonNullable<Mechanism['counters']>>
}

/** What a daemon does with them, without the daemon. */
export function createFaults(nodePid: number): Faults {
  const network = createNetwork({ nodePid })
  const by = (action: NodeAction) => {
    const found = network.mechanisms.find((mechanism) => mechanism.do === action.do)
    if (!found) throw new Error(`nothing does ${action.do}`)
    return found
  }
  return {
    ...network,
    by,
    apply: (action, { pod }, context) => by(action).apply(action, pod, context),
    undo: (action, { pod }, context) => by(action).undo(action, pod, context),
    counters: async (action, { pod }, context) => (await by(action).counters?.(action, pod, context)) ?? {},
  }
}

export interface Echoes {
  readonly back: readonly (readonly [number: number, ms: number])[]
  readonly failed: number
}

/** Puts actions on a topology's pod for a minute, and takes all of them away again. */
export class OnPod {
  readonly #applied: (readonly [NodeAction, NodeContext])[] = []
  readonly #net: Topology
  readonly #faults: Faults

  constructor(net: Topology, faults: Faults) {
    this.#net = net
    this.#faults = faults
  }

  async apply(action: NodeAction, more: Partial<NodeContext> = {}): Promise<NodeContext> {
    const context = await this.#net.context(60_000, more)
    this.#applied.push([action, context])
    await this.#faults.apply(action, this.#net.pod, context)
    return context
  }

  async undoAll(): Promise<void> {
    for (const [action, context] of this.#applied.splice(0)) await this.#faults.undo(action, this.#net.pod, context)
  }
}

/** Round trips of numbered datagrams from one place to an address. Without a gap they go sixteen at a time. */
export function echoes(
  from: Place,
  host: string,
  count: number,
  { gapMs = 1, waitMs = 300, lengths = 1 } = {},
): Promise<Echoes> {
  return from.ask<Echoes>({ do: 'udp', host, count, gapMs, waitMs, lengths })
}

/** Whether a datagram comes back. */
export async function reaches(from: Place, host: string): Promise<boolean> {
  return (await from.ask<Echoes>({ do: 'udp', host, count: 1, gapMs: 0, waitMs: 60 })).back.length > 0
}

export function pings(from: Place, key: string, times: number, timeoutMs = 400): Promise<readonly (number | null)[]> {
  return from.ask({ do: 'ping', key, times, gapMs: 5, timeoutMs })
}

export function opens(from: Place, key: string, host: string, timeoutMs = 400): Promise<number | null> {
  return from.ask({ do: 'open', key, host, timeoutMs })
}
