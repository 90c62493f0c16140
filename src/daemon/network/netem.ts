import { SeaworthyError } from '../../kit/errors.ts'
import type { Mechanism } from '../../model/cluster/mechanism.ts'
import type { Impairment, NodeAction } from '../../model/cluster/node-action.ts'
import { refuseNetns } from '../namespaces/netns.ts'
import { removeRuledClass, ruledClassLeft } from './ruled-class.ts'
import { gateOf } from './rules/gate.ts'
import { replacePeersText, tableText } from './rules/nft-text.ts'
import { placeTable, readCounters, readingOf, runNft } from './tables.ts'
import { addClass, type ClassWords, refuseRoot, toClass, UNLIMITED } from './timed-class.ts'

type Netem = Extract<NodeAction, { do: 'netem' }>

/** Packets that it holds at most; tc-netem(8) drops what comes beyond. */
const LIMIT = 100_000

/**
 * The kernel's own emulator on what leaves the pod, beneath an htb class that a rule with a timed set sends packets to.
 * The words for tc follow tc-netem(8). **What netem does to packets is not tested**: no kernel that the tests run on has sch_netem.
 * They record the command lines, and run all of them with a plain queue in its place. Its random draws cannot be seeded (tc-netem's `seed` is newer
 * than many distributions' iproute2). Ended by the kernel.
 */
export const netem: Mechanism<Netem> = {
  do: 'netem',
  expires: 'kernel',
  refuse: ({ match, impairment, duplicateRatio }, pod, abilities) => {
    if (!abilities.netem) return 'the kernel has no sch_netem (on Ubuntu it is in linux-modules-extra)'
    if (!abilities.nft || !abilities.htb) return 'the kernel lacks nf_tables or sch_htb, which netem is put behind'
    if (match.direction === 'from') return 'netem acts on what a pod sends only: use direction `to`'
    const { lossRatio, corruptRatio } = impairment
    if (match.direction === 'both' && lossRatio + corruptRatio + duplicateRatio > 0)
      return 'netem acts on what a pod sends only: loss, corruption and duplicates need direction `to`'
    return refuseNetns(pod) ?? refuseRoot(pod)
  },
  apply: async (action, pod, context) => {
    const gate = gateOf(action.match, context)
    await addClass(pod, context.id, netemWords(action.impairment, action.duplicateRatio))
    await placeTable(pod, gate.id, tableText(gate, [toClass(context.id)]))
  },
  update: async ({ match }, pod, context) => runNft(pod, replacePeersText(gateOf(match, context))),
  undo: async (_, pod, context) => removeRuledClass(pod, context),
  leftovers: async (_, pod, context) => ruledClassLeft(pod, context),
  counters: async (_, pod, context) => readingOf(await readCounters(pod, context.id)),
}

/** The class and netem's own words. Throws SeaworthyError('ENGINE') for reordering without a latency, as tc would. */
export function netemWords(impairment: Impairment, duplicateRatio: number): ClassWords {
  const { latencyMs, jitterMs, distribution, lossRatio, correlation, corruptRatio, reorderRatio } = impairment
  if (reorderRatio > 0 && latencyMs <= 0) throw new SeaworthyError('ENGINE', 'reordering needs a latency')
  const shaped = jitterMs > 0 && distribution !== 'uniform' ? ['distribution', distribution] : []
  const jitter = jitterMs > 0 ? [microseconds(jitterMs), ...shaped] : []
  const loss = correlation > 0 ? [percent(lossRatio), percent(correlation)] : [percent(lossRatio)]
  return {
    ...UNLIMITED,
    child: [
      'netem',
      'limit',
      String(LIMIT),
      ...(latencyMs > 0 || jitterMs > 0 ? ['delay', microseconds(latencyMs), ...jitter] : []),
      ...(lossRatio > 0 ? ['loss', 'random', ...loss] : []),
      ...(duplicateRatio > 0 ? ['duplicate', percent(duplicateRatio)] : []),
      ...(corruptRatio > 0 ? ['corrupt', percent(corruptRatio)] : []),
      ...(reorderRatio > 0 ? ['reorder', percent(reorderRatio)] : []),
    ],
  }
}

function microseconds(ms: number): string {
  return `${Math.round(ms * 1_000)}us`
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(4))}%`
}
