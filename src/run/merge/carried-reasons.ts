import type { Reason } from '../../model/journal.ts'
import type { ShardJournal } from './shard-journal.ts'

/**
 * Why parts were stopped or held back, each reason once: what all of them say is the whole's, the rest is named with
 * its shard. What is judged again over the whole (leftovers, changes outside the plan, a cancellation) is not carried.
 */
export function carriedReasons(parts: readonly ShardJournal[]): Reason[] {
  const busy = parts.filter(({ journal }) => journal.experiments.length > 0)
  const said = busy.flatMap((part) => ownReasons(part).map((reason) => ({ part, reason })))
  const kept = new Map<string, Reason>()
  for (const { part, reason } of said) {
    const key = `${reason.code} ${reason.detail}`
    const all = busy.every((one) => ownReasons(one).some((other) => `${other.code} ${other.detail}` === key))
    const { index, count } = part.shard
    const detail = all ? reason.detail : `shard ${index} of ${count}: ${reason.detail}`
    kept.set(`${reason.code} ${detail}`, { ...reason, detail })
  }
  return [...kept.values()]
}

function ownReasons({ journal }: ShardJournal): Reason[] {
  const again = new Set([
    ...journal.leftovers.map(({ what, why }) => `${what} is left behind: ${why}`),
    ...journal.outside.map((change) => `outside the plan: ${change}`),
  ])
  return journal.reasons.filter(({ code, detail }) => code !== 'CANCELLED' && !again.has(detail))
}
