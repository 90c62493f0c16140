import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { ON_PACKETS } from './parts/cluster-kinds.ts'
import { portsKey } from './parts/kubernetes-keys.ts'
import { spokenOther, toSchema } from './parts/links.ts'
import { shareOfPackets } from './parts/network-keys.ts'
import {
  impairment,
  NETEM_NOT_RUN,
  netemWay,
  packetMatch,
  packetProbe,
  spokenPackets,
  TIMED_SET_ENDS,
} from './parts/packets.ts'
import { shareHolds } from './parts/share-effect.ts'
import { spokenShare } from './parts/words.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    duplicate: shareOfPackets('Share of the packets that are sent twice. No default.'),
    to: toSchema,
    ports: portsKey('only traffic with one of these ports, on either side. Default: every port and protocol.'),
    mechanism: z
      .enum(['tee', 'netem'])
      .default('tee')
      .describe(
        "`tee` sends the copy to the default gateway (xt_TEE), `netem` is the kernel's own emulator, where it has it. Default: tee.",
      ),
  }),
)

/** Sends some packets twice. */
export const networkDuplicate = defineClusterFault<z.infer<typeof parameters>>({
  type: 'network-duplicate',
  group: 'network',
  summary: 'Sends a share of the packets that leave the target twice: of all, or of those to one other side.',
  notes: {
    mechanism:
      'Packets that leave the pod are copied to its default gateway (xt_TEE). Where the next hop is a bridge and not a router, the copy may be dropped there.',
    proof:
      'The counted share of copied packets is the one asked for: within exact binomial bounds at one in a thousand, or within a quarter of it, with at least five copies expected.',
    ends: TIMED_SET_ENDS,
    notRun: NETEM_NOT_RUN,
    example: '{type: network-duplicate, target: {workload: api}, duplicate: 20%}',
  },
  parameters,
  searchable: { duplicate: 'ratio' },
  defaultMode: 'all',
  cluster: {
    ...ON_PACKETS,
    recipe: ({ duplicate, to, ports, mechanism }, facts) => {
      const match = packetMatch({ to, ports, direction: 'to' }, facts)
      const tee = { mechanism: 'xt_TEE', actions: [{ do: 'duplicate', match, ratio: duplicate }] } as const
      return {
        actor: 'daemon',
        ways: [mechanism === 'netem' ? netemWay(match, impairment({}, facts), duplicate) : tee],
        probe: packetProbe({ to, ports }, facts),
      }
    },
    effect: ({ duplicate }, targets) =>
      clusterEffect(targets, 'packets', ({ under }) => ({
        effective: shareHolds(under, duplicate),
        seen: `${spokenPackets(under, 'sent twice')}, ${spokenShare(duplicate)} asked for`,
      })),
  },
  describe: ({ duplicate, to }) => `${spokenShare(duplicate)}${spokenOther(to)}`,
})
