import * as z from 'zod'
import { SeaworthyError } from '../kit/errors.ts'
import { bytesPerSecond } from '../kit/scalars.ts'
import type { TargetStatus } from '../model/cluster/fault-object.ts'
import type { Effect } from '../model/effect.ts'
import { defineFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { ON_PACKETS } from './parts/cluster-kinds.ts'
import { portsKey, refuseKeys } from './parts/kubernetes-keys.ts'
import { linkEffect, spokenRoundTrip } from './parts/link-effect.ts'
import {
  type Direction,
  directionSchema,
  LINK_RULE_ENDS,
  spokenDirection,
  spokenOther,
  type TargetLinks,
  targetLinks,
  toSchema,
} from './parts/links.ts'
import { packetMatch, packetProbe, spokenPackets, TIMED_SET_ENDS } from './parts/packets.ts'
import { linkRuleProbe } from './parts/probes.ts'
import { ms, spokenBytes } from './parts/words.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    rate: bytesPerSecond.describe(
      'Most that each connection may carry, each way; on Kubernetes all matching traffic of a pod together. No default.',
    ),
    to: toSchema,
    direction: directionSchema,
    ports: portsKey('only traffic with one of these ports, on either side. Default: every port and protocol.'),
  }),
)

/** A line of any speed has timers of a millisecond or two, and a busy machine keeps them late; less than this is not the limit. */
const LEAST_HELD_MS = 5
/** A line that was busy for less has not limited anything, however late the machine's timers were. */
const LEAST_BUSY_MS = 50

/** Makes the links of the target narrow. */
export const networkBandwidth = defineFault<z.infer<typeof parameters>>({
  type: 'network-bandwidth',
  group: 'network',
  summary: "Limits how fast the target's traffic flows: all of it, or that with one other side.",
  notes: {
    mechanism:
      'The links between services are proxies of the run; those of the target pass bytes on no faster than the rate.',
    proof:
      'Bytes had to wait, at the median for at least 5 ms, and there were enough of them to keep the line busy for 50 ms. A rate above what flows is never effective.',
    ends: LINK_RULE_ENDS,
    example: '{type: network-bandwidth, target: {workload: api}, rate: 256kbit, direction: from}',
    kubernetes: {
      mechanism:
        'What leaves the pod goes through a class of the kernel (htb) that a timed set selects; what arrives above the rate is dropped by a timed rate limit, which slows its sender.',
      proof:
        'Packets met the limit: the class held them back or dropped them, or the rate limit did. No tolerance; a rate above what flows is never effective.',
      ends: TIMED_SET_ENDS,
    },
  },
  platforms: ['process', 'kubernetes'],
  parameters,
  searchable: { rate: 'bytes-per-second' },
  defaultMode: 'all',
  recipe: ({ rate, to, direction, ports }, facts) => {
    refuseKeys('network-bandwidth', { ports })
    // A rule for each way: requests are small and pass at once, and would hide in one median what the answers had to wait.
    const [first, ...others] = targetLinks(facts, to, direction).flatMap(ways)
    if (!first) throw new SeaworthyError('INTERNAL', 'a fault on links has no link')
    return {
      mechanism: 'link proxy',
      apply: [first, ...others].map(({ id, links, direction: way }) => ({
        do: 'add-link-rule',
        id,
        links,
        rule: { rule: 'bandwidth', direction: way, bytesPerSecond: rate },
      })),
      undo: [first, ...others].map(({ id }) => ({ do: 'remove-link-rule', id })),
      expires: 'agent',
      evidence: linkRuleProbe(first.id, first.links),
      crossing: first.links,
    }
  },
  /**
   * Effective where bytes had to wait, at the median for 5 ms or more, and there were enough of them to keep a line of this rate
   * busy for 50 ms: a limit above what flows holds nothing.
   */
  effect: ({ rate }, before, under, facts) =>
    linkEffect(before, under, facts, (later, earlier) => ({
      effective: (later.bytesHit / rate) * 1_000 >= LEAST_BUSY_MS && (later.medianHeldMs ?? 0) >= LEAST_HELD_MS,
      seen: `${spokenBytes(later.bytesHit)} went through at ${spokenBytes(rate)}/s, held for ${ms(later.medianHeldMs)} ms at the median; ${spokenRoundTrip(later.answers, earlier?.answers)}`,
    })),
  cluster: {
    ...ON_PACKETS,
    recipe: (given, facts) => ({
      actor: 'daemon',
      ways: [
        {
          mechanism: 'htb class and rate limit behind timed sets',
          actions: [{ do: 'shape', match: packetMatch(given, facts), bytesPerSecond: given.rate }],
        },
      ],
      probe: packetProbe(given, facts),
    }),
    effect: (given, targets) => shapedEffect(given, targets),
  },
  describe: ({ rate, to, direction }) => `${spokenBytes(rate)}/s${spokenOther(to)}${spokenDirection(direction)}`,
})

function ways({ id, links, direction }: TargetLinks): readonly TargetLinks[] {
  if (direction !== 'both') return [{ id, links, direction }]
  return (['to-server', 'to-client'] as const).map((way) => ({ id: `${id}-${way}`, links, direction: way }))
}

/** Effective where packets met the limit: dropped, or held back in the class. What flows slower than the rate never does. */
function shapedEffect(
  { rate, direction }: { readonly rate: number; readonly direction: Direction },
  targets: readonly TargetStatus[],
): Effect {
  return clusterEffect(targets, 'packets', ({ under, target }) => {
    const seconds = (under.at - Date.parse(target.injectedAt ?? '')) / 1_000
    const { hit = 0, bytes } = under
    if (bytes === undefined || !(seconds > 0)) return { effective: false, seen: 'what passed was not measured' }
    return {
      effective: hit > 0,
      seen: `${spokenBytes(bytes)} met the rule in ${seconds.toFixed(1)} s, ${spokenBytes(rate)}/s${direction === 'both' ? ' each way' : ''} may pass; ${spokenPackets(under, 'met the limit')}`,
    }
  })
}
