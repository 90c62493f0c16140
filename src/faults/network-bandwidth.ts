import { z } from 'zod'
import { bytesPerSecond } from '../kit/scalars.ts'
import { defineFault } from './define-fault.ts'
import { linkEffect, spokenRoundTrip } from './parts/link-effect.ts'
import { directionSchema, LINK_RULE_ENDS, spokenDirection, spokenOther, targetLinks, toSchema } from './parts/links.ts'
import { linkRuleProbe } from './parts/probes.ts'
import { counted, ms, spokenBytes } from './parts/words.ts'

const parameters = z.strictObject({
  rate: bytesPerSecond.describe('Most that each connection may carry, each way. No default.'),
  to: toSchema,
  direction: directionSchema,
})

/** Below this a piece was not held by the limit but by the scheduler. */
const LEAST_HELD_MS = 1

/** Makes the links of the target narrow. */
export const networkBandwidth = defineFault<z.infer<typeof parameters>>({
  type: 'network-bandwidth',
  group: 'network',
  summary: "Limits how fast the target's traffic flows: all of it, or that with one other side.",
  notes: {
    mechanism:
      'The links between services are proxies of the run; those of the target pass bytes on no faster than the rate.',
    proof: 'Bytes had to wait, at the median for at least 1 ms. A rate above what flows is never effective.',
    ends: LINK_RULE_ENDS,
    example: '{type: network-bandwidth, target: {workload: api}, rate: 256kbit, direction: from}',
  },
  platforms: ['process'],
  parameters,
  searchable: { rate: 'bytes-per-second' },
  defaultMode: 'all',
  recipe: ({ rate, to, direction }, facts) => {
    const sides = targetLinks(facts, to, direction)
    return {
      mechanism: 'link proxy',
      apply: sides.map((side) => ({
        do: 'add-link-rule',
        id: side.id,
        links: side.links,
        rule: { rule: 'bandwidth', direction: side.direction, bytesPerSecond: rate },
      })),
      undo: sides.map(({ id }) => ({ do: 'remove-link-rule', id })),
      expires: 'agent',
      evidence: linkRuleProbe(sides[0].id, sides[0].links),
      crossing: sides[0].links,
    }
  },
  /** Effective where bytes had to wait for the limit, at the median for a millisecond or more: a limit above what flows holds nothing. */
  effect: ({ rate }, before, under, facts) =>
    linkEffect(before, under, facts, (later, earlier) => ({
      effective: later.connectionsHit > 0 && later.bytesHit > 0 && (later.medianHeldMs ?? 0) >= LEAST_HELD_MS,
      seen: `${spokenBytes(later.bytesHit)} on ${counted(later.connectionsHit, 'connection')} had to wait, ${ms(later.medianHeldMs)} ms at the median, at ${spokenBytes(rate)}/s; ${spokenRoundTrip(later.answers, earlier?.answers)}`,
    })),
  describe: ({ rate, to, direction }) => `${spokenBytes(rate)}/s${spokenOther(to)}${spokenDirection(direction)}`,
})
