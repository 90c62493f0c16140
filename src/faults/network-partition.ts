import * as z from 'zod'
import { SeaworthyError } from '../kit/errors.ts'
import type { TargetStatus } from '../model/cluster/fault-object.ts'
import type { Effect } from '../model/effect.ts'
import type { TargetFacts } from '../model/fault.ts'
import { defineFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { ON_PACKETS } from './parts/cluster-kinds.ts'
import { portsKey, refuseKeys } from './parts/kubernetes-keys.ts'
import { linkEffect } from './parts/link-effect.ts'
import {
  directionSchema,
  LINK_RULE_ENDS,
  type OtherSide,
  spokenDirection,
  spokenOther,
  targetLinks,
  toSchema,
} from './parts/links.ts'
import { packetMatch, packetProbe, spokenAnswers, spokenPackets, TIMED_SET_ENDS, usableWays } from './parts/packets.ts'
import { linkRuleProbe } from './parts/probes.ts'
import type { LinkAnswers } from './parts/readings.ts'
import { counted, spokenBytes } from './parts/words.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    to: toSchema,
    direction: directionSchema,
    manner: z
      .enum(['hang', 'refuse'])
      .default('hang')
      .describe(
        '`hang`: nothing arrives and nobody is told, as when packets are dropped; `refuse`: connections are refused and reset. Default: hang.',
      ),
    ports: portsKey('only traffic with one of these ports, on either side. Default: every port and protocol.'),
  }),
)

/** Cuts the links of the target. */
export const networkPartition = defineFault<z.infer<typeof parameters>>({
  type: 'network-partition',
  group: 'network',
  summary: 'Cuts the target off: from everybody, or from one other side, in one direction or both.',
  notes: {
    mechanism:
      'The links between services are proxies of the run; those of the target pass nothing on (`hang`), or refuse and reset (`refuse`).',
    proof:
      'The links answered before, and answer none of the attempts under the fault; where some replicas were chosen, at least half of their part goes unanswered. Links without anything to ask are proven by real traffic: every connection was hit.',
    ends: LINK_RULE_ENDS,
    example: '{type: network-partition, target: {workload: api}, to: {workload: cache}}',
    kubernetes: {
      mechanism:
        "The daemon lets the kernel drop the packets in the pod's own network namespace, before connection tracking, on established connections too. `manner: refuse` is refused here.",
      proof:
        "Connections of the daemon's own, which were answered before, get no answer on any way that could be tried. Where none could be tried, the counters decide: every packet that matched was dropped, and there was at least one.",
      ends: TIMED_SET_ENDS,
    },
  },
  platforms: ['process', 'kubernetes'],
  parameters,
  searchable: {},
  defaultMode: 'all',
  recipe: ({ to, direction, manner, ports }, facts) => {
    refuseKeys('network-partition', { ports })
    const sides = targetLinks(facts, to, direction)
    return {
      mechanism: 'link proxy',
      apply: sides.map((side) => ({
        do: 'add-link-rule',
        id: side.id,
        links: side.links,
        rule: { rule: 'partition', direction: side.direction, manner },
      })),
      undo: sides.map(({ id }) => ({ do: 'remove-link-rule', id })),
      expires: 'agent',
      evidence: linkRuleProbe(sides[0].id, sides[0].links),
      crossing: sides[0].links,
    }
  },
  /**
   * Effective where the links answered before and not one attempt is answered now. Where some replicas of the workload were
   * chosen, attempts go to the others as well: then at least half of the chosen ones' part must go unanswered. Links that
   * cannot be asked are proven by real traffic instead: every connection on them was hit.
   */
  effect: (_, before, under, facts) =>
    linkEffect(before, under, facts, (later, earlier) => {
      const held = `${later.connectionsHit} of ${counted(later.connections, 'connection')} hit, ${spokenBytes(later.bytesHit)} held`
      if (later.answers.attempts === 0) {
        return { effective: later.connections > 0 && later.connectionsHit === later.connections, seen: held }
      }
      const was = earlier ? `${earlier.answers.answered} of ${earlier.answers.attempts} before` : 'not asked before'
      return {
        effective: isCut(later.answers, earlier?.answers, facts),
        seen: `answered ${was}, ${later.answers.answered} of ${later.answers.attempts} under the fault; ${held}`,
      }
    }),
  cluster: {
    ...ON_PACKETS,
    recipe: (given, facts) => {
      if (given.manner === 'refuse') throw refused()
      return {
        actor: 'daemon',
        ways: [
          {
            mechanism: 'packets dropped by a timed set',
            actions: [{ do: 'drop', match: packetMatch(given, facts), ratio: 1 }],
          },
        ],
        probe: packetProbe(given, facts),
      }
    },
    effect: ({ to }, targets) => droppedEffect(to, targets),
  },
  describe: ({ to, direction, manner }) =>
    `${manner === 'refuse' ? 'refused' : 'silent'}${spokenOther(to)}${spokenDirection(direction)}`,
})

function isCut(under: LinkAnswers, before: LinkAnswers | undefined, facts: TargetFacts): boolean {
  if (before === undefined || before.answered === 0) return false
  if (facts.all) return under.answered === 0
  const all =
    facts.inventory.workloads.find(({ name }) => name === facts.workload)?.replicas.length ?? facts.replicas.length
  const lost = before.answered / before.attempts - under.answered / under.attempts
  return lost >= facts.replicas.length / all / 2
}

/**
 * Effective where no connection of the daemon's own is answered on any way on which they were before: a handshake needs both
 * directions, so it fails whichever of them is cut. Without such a way every packet that matched must have been dropped.
 */
function droppedEffect(to: OtherSide | undefined, targets: readonly TargetStatus[]): Effect {
  return clusterEffect(targets, 'packets', ({ before, under }) => {
    const ways = usableWays(under, before, to)
    const { hit = 0, matched = 0 } = under
    const cut = ways.length > 0 ? ways.every((way) => way.under.answered === 0) : hit > 0 && hit >= matched
    return { effective: cut, seen: `${spokenAnswers(ways)}; ${spokenPackets(under, 'dropped')}` }
  })
}

function refused(): SeaworthyError {
  return new SeaworthyError('PLAN', 'manner refuse is not done on Kubernetes, where packets are dropped', {
    remedy: 'Write `manner: hang`, or leave it out; to refuse connections, scale the other side to 0.',
  })
}
