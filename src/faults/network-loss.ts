import * as z from 'zod'
import { exactLowerBound } from '../kit/statistics/exact-bounds.ts'
import type { TargetStatus } from '../model/cluster/fault-object.ts'
import type { TcpProbe } from '../model/cluster/reading.ts'
import type { ClusterFacts, NodeWay } from '../model/cluster/recipe.ts'
import type { Effect } from '../model/effect.ts'
import { defineClusterFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { ON_PACKETS } from './parts/cluster-kinds.ts'
import { mechanismKey } from './parts/kubernetes-keys.ts'
import { spokenDirection, spokenOther } from './parts/links.ts'
import { correlationKey, shareOfPackets, trafficKeys } from './parts/network-keys.ts'
import {
  hookOf,
  impairment,
  NETEM_NOT_RUN,
  netemWay,
  packetMatch,
  packetProbe,
  queueWay,
  spokenAnswers,
  spokenPackets,
  TIMED_SET_ENDS,
  usableWays,
} from './parts/packets.ts'
import { shareHolds } from './parts/share-effect.ts'
import { spokenShare } from './parts/words.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    loss: shareOfPackets('Share of the packets that are lost. No default.'),
    correlation: correlationKey(),
    ...trafficKeys(),
    mechanism: mechanismKey(),
  }),
)
type Parameters = z.infer<typeof parameters>

/** Makes the network of the target lose packets at random. */
export const networkLoss = defineClusterFault<Parameters>({
  type: 'network-loss',
  group: 'network',
  summary: "Loses a share of the target's packets at random: of all, or of those with one other side.",
  notes: {
    mechanism:
      "The kernel drops packets at random in the pod's network namespace. With a correlation user space decides (NFQUEUE), from a seed, so that a run can be repeated.",
    proof:
      "The counted share of lost packets is the one asked for: within exact binomial bounds at one in a thousand, or within a quarter of it, with at least five losses expected. Where too few packets flow, the daemon's own connections: all answered before, and so many lost that the share is at least half of the one asked for.",
    ends: TIMED_SET_ENDS,
    notRun: NETEM_NOT_RUN,
    example: '{type: network-loss, target: {workload: api}, loss: 10%, to: {workload: db}}',
  },
  parameters,
  searchable: { loss: 'ratio' },
  defaultMode: 'all',
  cluster: {
    ...ON_PACKETS,
    recipe: (given, facts) => ({ actor: 'daemon', ways: waysOf(given, facts), probe: packetProbe(given, facts) }),
    effect: (given, targets) => lossEffect(given, targets),
  },
  describe: ({ loss, correlation, to, direction }) =>
    `${spokenShare(loss)}${correlation > 0 ? `, correlated by ${spokenShare(correlation)}` : ''}${spokenOther(to)}${spokenDirection(direction)}`,
})

function waysOf(given: Parameters, facts: ClusterFacts): readonly [NodeWay, ...NodeWay[]] {
  const { loss, correlation, direction, mechanism } = given
  const match = packetMatch(given, facts)
  const what = impairment({ lossRatio: loss, correlation }, facts)
  if (mechanism === 'netem') return [netemWay(match, what)]
  const queue = queueWay(match, hookOf(direction), what)
  // A rule of the kernel knows nothing of the packet before.
  if (correlation > 0 || mechanism === 'queue') return [queue]
  return [{ mechanism: 'random drop by a timed set', actions: [{ do: 'drop', match, ratio: loss }] }, queue]
}

/** Of our own connections, which are few, at one in a hundred. */
const ALPHA = 0.01

function lossEffect({ loss, correlation, to }: Parameters, targets: readonly TargetStatus[]): Effect {
  return clusterEffect(targets, 'packets', ({ before, under }) => {
    const ways = usableWays(under, before, to)
    const lostOwn = ways.some((way) => isLossy(way.before, way.under, loss))
    return {
      effective: lostOwn || shareHolds(under, loss, correlation),
      seen: `${spokenPackets(under, 'lost')}, ${spokenShare(loss)} asked for; ${spokenAnswers(ways)}`,
    }
  })
}

function isLossy(before: TcpProbe, under: TcpProbe, asked: number): boolean {
  if (before.answered < before.attempts) return false
  return exactLowerBound(under.attempts - under.answered, under.attempts, ALPHA) >= asked / 2
}
