import type { Mechanism, NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import { refuseNetns } from '../namespaces/netns.ts'
import {
  applyByIptables,
  countersByIptables,
  leftoversByIptables,
  undoByIptables,
  updateByIptables,
} from './drop-by-iptables.ts'
import { finishRuledClass } from './finish-ruled.ts'
import { removeRuledClass, ruledClassLeft } from './ruled-class.ts'
import { gateOf, hooksOf } from './rules/gate.ts'
import { replacePeersText, tableText, type Verdict } from './rules/nft-text.ts'
import { nftShare } from './rules/share.ts'
import { placeTable, readCounters, readingOf, runNft } from './tables.ts'
import { type ClassWords, toClass, tryAddClass, UNLIMITED } from './timed-class.ts'

type Drop = Extract<NodeAction, { do: 'drop' }>

/**
 * Drops all matching packets, or a share of them at random (the kernel's own generator draws: which packets are lost cannot be
 * repeated; a seed goes through a queue). What arrives is dropped at INPUT. What leaves is sent to a class that swallows it,
 * so that the sender learns nothing, as on a real network; dropped at OUTPUT, a UDP sender is told EPERM and TCP knows that
 * it never sent. OUTPUT is for kernels without sch_htb and devices with a foreign root. Ended by the kernel: rules match sets
 * whose elements carry a timeout.
 */
export const drop: Mechanism<Drop> = {
  do: 'drop',
  expires: 'kernel',
  refuse: (action, pod, abilities) => {
    if (!(action.ratio > 0 && action.ratio <= 1)) return `a share of ${action.ratio} cannot be dropped`
    if (!abilities.nft && !(abilities.ipset && abilities.iptables))
      return 'the kernel has neither nf_tables nor iptables with ipset'
    return refuseNetns(pod)
  },
  apply: async ({ match, ratio }, pod, context) => {
    const gate = gateOf(match, context)
    const { nft, iptables } = context.abilities
    if (!nft && iptables) return applyByIptables(pod, gate, hooksOf(match.direction), ratio, iptables)
    const swallows = match.direction !== 'from' && (await addSwallowingClass(pod, context))
    const condition = nftShare(ratio)
    const verdicts = hooksOf(match.direction).map((hook): Verdict => {
      if (hook === 'output' && swallows) return { ...toClass(context.id), condition, last: true }
      return { hook, condition, statement: 'drop', aside: 'drop' }
    })
    await placeTable(pod, gate.id, tableText(gate, verdicts))
  },
  update: async ({ match }, pod, context) => {
    const gate = gateOf(match, context)
    if (context.abilities.nft) await runNft(pod, replacePeersText(gate))
    else await updateByIptables(pod, gate)
  },
  undo: async (_, pod, context) => {
    if (context.abilities.nft) await removeRuledClass(pod, context)
    else await undoByIptables(pod, context)
  },
  finish: async (_, pod, context) => {
    const finished = context.abilities.nft ? await finishRuledClass(pod, context) : undefined
    return finished && readingOf(finished.counters)
  },
  leftovers: async (_, pod, context) =>
    context.abilities.nft ? ruledClassLeft(pod, context) : leftoversByIptables(pod, context),
  counters: async (_, pod, context) =>
    context.abilities.nft ? readingOf(await readCounters(pod, context.id)) : countersByIptables(pod, context),
}

/** sch_blackhole is a part of every kernel with queueing disciplines. */
const SWALLOW: ClassWords = { ...UNLIMITED, child: ['blackhole'] }

async function addSwallowingClass(pod: PodOnNode, { id, abilities }: NodeContext): Promise<boolean> {
  return abilities.htb && (await tryAddClass(pod, id, SWALLOW)) === undefined
}
