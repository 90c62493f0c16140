import * as z from 'zod'
import { durationMs } from '../kit/scalars.ts'
import type { TargetStatus } from '../model/cluster/fault-object.ts'
import type { Effect } from '../model/effect.ts'
import { defineFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { ON_PACKETS } from './parts/cluster-kinds.ts'
import { mechanismKey, portsKey, refuseKeys } from './parts/kubernetes-keys.ts'
import { linkEffect, roundTripRise, spokenRoundTrip } from './parts/link-effect.ts'
import {
  type Direction,
  directionSchema,
  LINK_RULE_ENDS,
  type OtherSide,
  spokenDirection,
  spokenOther,
  targetLinks,
  toSchema,
} from './parts/links.ts'
import {
  connectRise,
  impairedRecipe,
  impairment,
  NETEM_NOT_RUN,
  spokenConnects,
  TIMED_SET_ENDS,
  usableWays,
} from './parts/packets.ts'
import { linkRuleProbe } from './parts/probes.ts'
import { ms, spokenMs } from './parts/words.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    latency: durationMs.describe(
      'Time that a round trip takes longer. With direction `both`, half of it on each way. No default.',
    ),
    jitter: durationMs
      .prefault('0ms')
      .describe('How far a single delay may be from the latency, up and down. Default: 0ms.'),
    distribution: z
      .enum(['uniform', 'normal', 'pareto'])
      .default('uniform')
      .describe(
        'How single delays lie around the latency: evenly, mostly near it, or with a long tail above it. Default: uniform.',
      ),
    to: toSchema,
    direction: directionSchema,
    ports: portsKey('only traffic with one of these ports, on either side. Default: every port and protocol.'),
    mechanism: mechanismKey(),
  }),
)

/** Of the delay that was asked for. Half, since jitter and a busy machine move a median, and no machine doubles a delay by chance. */
const LEAST_SHARE = 0.5

/** Makes the links of the target slow. */
export const networkDelay = defineFault<z.infer<typeof parameters>>({
  type: 'network-delay',
  group: 'network',
  summary: "Delays the target's traffic by a latency with jitter: all of it, or that with one other side.",
  notes: {
    mechanism:
      'The links between services are proxies of the run; those of the target hold every piece back before they pass it on, on established connections too.',
    proof:
      'The median round trip rose by at least half of the latency, or real traffic was held for at least half of it. A latency of 0 is never effective.',
    ends: LINK_RULE_ENDS,
    example: '{type: network-delay, target: {workload: api}, latency: 200ms, jitter: 20ms}',
    kubernetes: {
      mechanism:
        'Packets that arrive at the pod wait in user space (NFQUEUE at INPUT, failing open), in order, on established connections and for every protocol. The whole latency is added once a round trip, at the side where packets arrive, whatever the direction: a packet that is held where it leaves still belongs to its socket, and the kernel would stop the sender. What the pod sends and nobody answers is therefore not delayed.',
      proof:
        "The median time of the daemon's own connections rose by at least half of the latency, or packets were held for at least half of it at the median. A latency of 0 is never effective.",
      ends: TIMED_SET_ENDS,
      notRun: NETEM_NOT_RUN,
    },
  },
  platforms: ['process', 'kubernetes'],
  parameters,
  searchable: { latency: 'ms', jitter: 'ms' },
  defaultMode: 'all',
  recipe: ({ latency, jitter, distribution, to, direction, ports, mechanism }, facts) => {
    refuseKeys('network-delay', { ports, mechanism })
    const sides = targetLinks(facts, to, direction)
    const way = {
      latencyMs: oneWay(latency, direction),
      jitterMs: oneWay(jitter, direction),
      distribution,
      seed: facts.seed,
    }
    return {
      mechanism: 'link proxy',
      apply: sides.map((side) => ({
        do: 'add-link-rule',
        id: side.id,
        links: side.links,
        rule: { rule: 'delay', direction: side.direction, ...way },
      })),
      undo: sides.map(({ id }) => ({ do: 'remove-link-rule', id })),
      expires: 'agent',
      evidence: linkRuleProbe(sides[0].id, sides[0].links, latency + jitter),
      crossing: sides[0].links,
    }
  },
  /** Effective where the median round trip rose, or real traffic was held, by at least half of what was asked for, and that is more than 0. */
  effect: ({ latency, direction }, before, under, facts) =>
    linkEffect(before, under, facts, (later, earlier) => {
      const rise = roundTripRise(later.answers, earlier?.answers) ?? 0
      const held = later.connectionsHit > 0 ? (later.medianHeldMs ?? 0) : 0
      return {
        effective: latency > 0 && (rise >= LEAST_SHARE * latency || held >= LEAST_SHARE * oneWay(latency, direction)),
        seen: `${spokenRoundTrip(later.answers, earlier?.answers)}; ${later.connectionsHit === 0 ? 'no traffic held' : `traffic held for ${ms(later.medianHeldMs)} ms a way`}; ${spokenMs(latency)} asked for`,
      }
    }),
  cluster: {
    ...ON_PACKETS,
    recipe: ({ latency, jitter, distribution, to, ports, mechanism }, facts) => {
      const what = impairment({ latencyMs: latency, jitterMs: jitter, distribution }, facts)
      // Held where it arrives, never where it leaves: see the notes.
      return impairedRecipe({ to, ports, direction: 'from', mechanism }, what, facts)
    },
    effect: ({ latency, to }, targets) => heldEffect(latency, to, targets),
  },
  describe: ({ latency, jitter, to, direction }) =>
    `${spokenMs(latency)}${jitter > 0 ? ` ± ${spokenMs(jitter)}` : ''}${spokenOther(to)}${spokenDirection(direction)}`,
})

/** The part of a round trip's delay that one way gets. */
function oneWay(roundTripMs: number, direction: Direction): number {
  return direction === 'both' ? roundTripMs / 2 : roundTripMs
}

/** Effective where a connect on any way took longer, or packets were held, by at least half of what was asked for, which is more than 0. */
function heldEffect(latencyMs: number, to: OtherSide | undefined, targets: readonly TargetStatus[]): Effect {
  return clusterEffect(targets, 'packets', ({ before, under }) => {
    const ways = usableWays(under, before, to)
    const rise = Math.max(0, ...ways.map((way) => connectRise(way) ?? 0))
    const held = (under.hit ?? 0) > 0 ? (under.medianHeldMs ?? 0) : 0
    const traffic = held === 0 ? 'no traffic held' : `traffic held for ${ms(held)} ms at the median`
    return {
      effective: latencyMs > 0 && Math.max(rise, held) >= LEAST_SHARE * latencyMs,
      seen: `${spokenConnects(ways)}; ${traffic}; ${spokenMs(latencyMs)} asked for`,
    }
  })
}
