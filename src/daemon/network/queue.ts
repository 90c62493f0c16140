import type { Mechanism, NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { Impairment, NodeAction } from '../../model/cluster/node-action.ts'
import { whileThere } from '../namespaces/exec-in.ts'
import { enterNetns, refuseNetns } from '../namespaces/netns.ts'
import type { PacketEngine } from './packets/engine-client.ts'
import { refuseImpairment } from './packets/fate.ts'
import { type Gate, gateOf, type Hook, tableName } from './rules/gate.ts'
import { emptyPeersText, replacePeersText, tableText } from './rules/nft-text.ts'
import {
  placeTable,
  readCounters,
  readingOf,
  removeTables,
  runNft,
  tablesLeft,
  tryNft,
  tryPlaceTable,
} from './tables.ts'
import { appendXtTarget, queueTarget } from './xt-target.ts'

type Queue = Extract<NodeAction, { do: 'queue' }>

const HOOKS: Readonly<Record<Queue['hook'], readonly Hook[]>> = {
  input: ['input'],
  output: ['output'],
  both: ['input', 'output'],
}

/**
 * Hands matching packets to user space, which loses, holds, changes and reorders them as the seed says. `hook` decides where:
 * what is held at OUTPUT still belongs to its socket, which then stops sending, so that delays belong at INPUT; the direction of
 * the match plays no part. Errors of a delay are up to a millisecond and a half. When the engine dies packets pass. Ended by the
 * kernel: the rule matches a timed set.
 */
export function createQueue(engine: PacketEngine): Mechanism<Queue> {
  return {
    do: 'queue',
    expires: 'kernel',
    refuse: ({ impairment }, pod, abilities) => {
      if (!abilities.nft) return 'the kernel has no nf_tables'
      if (!abilities.nfqueue) return 'the kernel has no NFQUEUE'
      if (!abilities.perl) return 'there is no perl, which holds the queue'
      return refuseImpairment(impairment) ?? refuseNetns(pod)
    },
    apply: async (action, pod, context) => {
      const gate = gateOf(action.match, context)
      await engine.open(
        {
          id: context.id,
          netns: pod.netns ?? '',
          enter: [...enterNetns(pod)],
          queue: queueOf(context.id),
          impairment: action.impairment,
        },
        { helperCommand: context.helperCommand, onLost: context.onHelperExit },
      )
      await writeRules(pod, gate, HOOKS[action.hook])
    },
    update: async ({ match }, pod, context) => runNft(pod, replacePeersText(gateOf(match, context))),
    undo: async (_, pod, context) => {
      // First nothing new may come, then what waits passes, and only then may the chains go, which would drop it.
      await whileThere(pod, undefined, () => tryNft(pod, emptyPeersText(context.id)))
      // Also when the pod is gone: whoever holds its queue keeps its network namespace alive.
      await engine.close(context.id)
      await removeTables(pod, context)
    },
    leftovers: async (_, pod, context) => [
      ...(await tablesLeft(pod, context)),
      ...((await engine.read(context.id)) ? [`queue ${queueOf(context.id)} in ${pod.namespace}/${pod.name}`] : []),
    ],
    counters: async ({ impairment }, pod, context) => countersOf(engine, pod, context, impairment.reorderRatio > 0),
  }
}

/** Even, and the next one is that of packets aside. 0 is what other programs take by default. */
export function queueOf(id: string): number {
  return 2 + 2 * (Number.parseInt(id, 16) % 32_766)
}

/** How long a packet may be held, in ms, as far as a wait for its answer needs to know. */
export function longestHoldMs({ latencyMs, jitterMs, distribution }: Impairment): number {
  return latencyMs + jitterMs * (distribution === 'uniform' ? 1 : 4)
}

async function writeRules(pod: PodOnNode, gate: Gate, hooks: readonly Hook[]): Promise<void> {
  const queue = queueOf(gate.id)
  const to = (statement: string, aside: string) => hooks.map((hook) => ({ hook, condition: '', statement, aside }))
  const native = to(`queue flags bypass to ${queue}`, `queue flags bypass to ${queue + 1}`)
  if ((await tryPlaceTable(pod, gate.id, tableText(gate, native))) === undefined) return
  const table = tableName(gate.id)
  await placeTable(pod, gate.id, tableText(gate, to('jump held', 'jump held_aside'), { held: [], held_aside: [] }))
  await appendXtTarget(pod, 'inet', table, 'held', queueTarget(queue))
  await appendXtTarget(pod, 'inet', table, 'held_aside', queueTarget(queue + 1))
}

/**
 * The kernel counts what it handed over, where up to 64 KiB are one; the engine knows what became of it, in packets as they
 * are on the wire wherever it decides on each. Its count goes before, so that `hit` is a share of `matched`.
 * Where packets are to be reordered all but a few are held, and `hit` is those that went past others.
 */
async function countersOf(engine: PacketEngine, pod: PodOnNode, { id }: NodeContext, reorders: boolean) {
  const { matched: handed, bytes } = readingOf(await readCounters(pod, id))
  const counts = await engine.read(id).catch(() => undefined)
  const matched = counts?.packets ?? handed
  return {
    ...(matched === undefined ? {} : { matched }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(counts === undefined ? {} : { hit: reorders ? counts.overtook : counts.hit }),
    ...(counts?.medianHeldMs === undefined ? {} : { medianHeldMs: counts.medianHeldMs }),
  }
}
