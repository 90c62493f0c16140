import type { Mechanism } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import type { NodeReading } from '../../model/cluster/reading.ts'
import { refuseNetns } from '../namespaces/netns.ts'
import { finishRuledClass } from './finish-ruled.ts'
import { removeRuledClass, ruledClassLeft } from './ruled-class.ts'
import { gateOf } from './rules/gate.ts'
import { replacePeersText, tableText, type Verdict } from './rules/nft-text.ts'
import { type Count, placeTable, readCounters, readingOf, runNft } from './tables.ts'
import { addClass, type ClassWords, classLimited, refuseRoot, toClass } from './timed-class.ts'

type Shape = Extract<NodeAction, { do: 'shape' }>

/** A packet as large as the kernel hands to a device at once must fit. */
const LEAST_BURST = 65_536
/** What waits for the line at most, in time: longer queues would add a latency that was not asked for. */
const BACKLOG_RATIO = 0.2

/**
 * Limits the bandwidth. What leaves waits in an htb class, which a rule with a timed set sends it to; what arrives is dropped
 * when it comes faster (a policer: TCP slows down, UDP loses). Each direction gets the whole rate, on each device of the pod.
 * Of two limits on the same packets the later one holds for what leaves, and both for what arrives. Ended by the kernel.
 * `hit` is what met the limit: packets dropped for it, and times that the class held packets back.
 */
export const shape: Mechanism<Shape> = {
  do: 'shape',
  expires: 'kernel',
  refuse: ({ match, bytesPerSecond }, pod, abilities) => {
    if (!(bytesPerSecond >= 1)) return `a bandwidth of ${bytesPerSecond} bytes each second cannot be kept`
    if (!abilities.nft) return 'the kernel has no nf_tables'
    const refusal = refuseNetns(pod)
    if (refusal !== undefined || match.direction === 'from') return refusal
    return abilities.htb ? refuseRoot(pod) : 'the kernel has no sch_htb'
  },
  apply: async ({ match, bytesPerSecond }, pod, context) => {
    const gate = gateOf(match, context)
    if (match.direction !== 'from') await addClass(pod, context.id, htbWords(bytesPerSecond))
    const verdicts = [
      ...(match.direction === 'from' ? [] : [toClass(context.id)]),
      ...(match.direction === 'to' ? [] : [policed(bytesPerSecond)]),
    ]
    await placeTable(pod, gate.id, tableText(gate, verdicts))
  },
  update: async ({ match }, pod, context) => runNft(pod, replacePeersText(gateOf(match, context))),
  undo: async (_, pod, context) => removeRuledClass(pod, context),
  finish: async ({ match }, pod, context) => {
    const finished = await finishRuledClass(pod, context)
    if (!finished) return undefined
    return shapedReading(finished.counters, match.direction === 'from' ? 0 : finished.limited)
  },
  leftovers: async (_, pod, context) => ruledClassLeft(pod, context),
  counters: async ({ match }, pod, { id }) => {
    const counters = await readCounters(pod, id)
    return counters ? shapedReading(counters, match.direction === 'from' ? 0 : await classLimited(pod, id)) : {}
  },
}

/** `held`: what the class has held back and dropped; it counts segments, and the rules what the kernel hands over as one. */
function shapedReading(
  counters: ReadonlyMap<string, Count> | undefined,
  held: number | undefined,
): Partial<NodeReading> {
  const { matched, bytes } = readingOf(counters)
  if (!counters || matched === undefined || bytes === undefined) return {}
  if (held === undefined) return { matched, bytes }
  return { matched, bytes, hit: Math.min(matched, held + (counters.get('hit_input')?.packets ?? 0)) }
}

function policed(bytesPerSecond: number): Verdict {
  const condition = `limit rate over ${bytesPerSecond} bytes/second burst ${LEAST_BURST} bytes`
  return { hook: 'input', condition, statement: 'drop', aside: 'drop' }
}

/** For tc: the class and a queue of bytes beneath it. Exported for tests of the words. */
export function htbWords(bytesPerSecond: number): ClassWords {
  const burst = String(Math.max(LEAST_BURST, Math.ceil(bytesPerSecond / 100)))
  const backlog = Math.max(2 * LEAST_BURST, Math.ceil(bytesPerSecond * BACKLOG_RATIO))
  return {
    htb: ['rate', `${bytesPerSecond * 8}bit`, 'burst', burst, 'cburst', burst, 'quantum', '1514'],
    child: ['bfifo', 'limit', String(backlog)],
  }
}
