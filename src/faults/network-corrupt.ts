import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { ON_PACKETS } from './parts/cluster-kinds.ts'
import { mechanismKey } from './parts/kubernetes-keys.ts'
import { spokenDirection, spokenOther } from './parts/links.ts'
import { correlationKey, shareOfPackets, trafficKeys } from './parts/network-keys.ts'
import { impairedRecipe, impairment, NETEM_NOT_RUN, spokenPackets, TIMED_SET_ENDS } from './parts/packets.ts'
import { shareHolds } from './parts/share-effect.ts'
import { spokenShare } from './parts/words.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    corrupt: shareOfPackets('Share of the packets in which one bit is flipped. No default.'),
    correlation: correlationKey(),
    ...trafficKeys(),
    mechanism: mechanismKey(),
  }),
)

/** Damages some packets on their way. */
export const networkCorrupt = defineClusterFault<z.infer<typeof parameters>>({
  type: 'network-corrupt',
  group: 'network',
  summary: "Flips a bit in a share of the target's packets: of all, or of those with one other side.",
  notes: {
    mechanism:
      'User space (NFQUEUE) flips one bit behind the IP header. A TCP or UDP packet with a wrong checksum never reaches the program: for it this is loss, counted elsewhere.',
    proof:
      'The counted share of changed packets is the one asked for: within exact binomial bounds at one in a thousand, or within a quarter of it, with at least five changes expected.',
    ends: TIMED_SET_ENDS,
    notRun: NETEM_NOT_RUN,
    example: '{type: network-corrupt, target: {workload: api}, corrupt: 5%, direction: from}',
  },
  parameters,
  searchable: { corrupt: 'ratio' },
  defaultMode: 'all',
  cluster: {
    ...ON_PACKETS,
    recipe: (given, facts) =>
      impairedRecipe(given, impairment({ corruptRatio: given.corrupt, correlation: given.correlation }, facts), facts),
    effect: ({ corrupt, correlation }, targets) =>
      clusterEffect(targets, 'packets', ({ under }) => ({
        effective: shareHolds(under, corrupt, correlation),
        seen: `${spokenPackets(under, 'changed')}, ${spokenShare(corrupt)} asked for`,
      })),
  },
  describe: ({ corrupt, to, direction }) => `${spokenShare(corrupt)}${spokenOther(to)}${spokenDirection(direction)}`,
})
