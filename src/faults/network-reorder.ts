import * as z from 'zod'
import { durationMs } from '../kit/scalars.ts'
import { defineClusterFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { ON_PACKETS } from './parts/cluster-kinds.ts'
import { mechanismKey, portsKey } from './parts/kubernetes-keys.ts'
import { spokenOther, toSchema } from './parts/links.ts'
import { correlationKey, shareOfPackets } from './parts/network-keys.ts'
import { impairedRecipe, impairment, NETEM_NOT_RUN, spokenPackets, TIMED_SET_ENDS } from './parts/packets.ts'
import { shareHolds } from './parts/share-effect.ts'
import { ms, spokenMs, spokenShare } from './parts/words.ts'

/** Of the time that the others wait, at the median. */
const LEAST_SHARE = 0.5

const parameters = z.lazy(() =>
  z.strictObject({
    reorder: shareOfPackets('Share of the packets that skip the wait and so overtake others. No default.').refine(
      (share) => share < 1,
      { error: 'Where all packets skip the wait none is overtaken.' },
    ),
    latency: durationMs
      .prefault('10ms')
      .refine((latency) => latency > 0, { error: 'Without a wait nothing can be overtaken.' })
      .describe('Time that the other packets wait. Default: 10ms.'),
    correlation: correlationKey(),
    to: toSchema,
    ports: portsKey('only traffic with one of these ports, on either side. Default: every port and protocol.'),
    mechanism: mechanismKey(),
  }),
)

/** Lets some packets overtake others. */
export const networkReorder = defineClusterFault<z.infer<typeof parameters>>({
  type: 'network-reorder',
  group: 'network',
  summary: 'Lets a share of the packets that the target receives overtake the others, which wait.',
  notes: {
    mechanism:
      'Packets that arrive at the pod wait in user space (NFQUEUE at INPUT), but for the share that skips the wait.',
    proof:
      'Packets waited for at least half of the latency at the median, and the counted share of those that went past others is the one asked for: within exact binomial bounds at one in a thousand, or within a quarter of it.',
    ends: TIMED_SET_ENDS,
    notRun: NETEM_NOT_RUN,
    example: '{type: network-reorder, target: {workload: api}, reorder: 25%, latency: 10ms}',
  },
  parameters,
  searchable: { reorder: 'ratio', latency: 'ms' },
  defaultMode: 'all',
  cluster: {
    ...ON_PACKETS,
    recipe: ({ reorder, latency, correlation, to, ports, mechanism }, facts) => {
      const what = impairment({ reorderRatio: reorder, latencyMs: latency, correlation }, facts)
      return impairedRecipe({ to, ports, direction: 'from', mechanism }, what, facts)
    },
    effect: ({ reorder, latency, correlation }, targets) =>
      clusterEffect(targets, 'packets', ({ under }) => {
        const held = under.medianHeldMs ?? 0
        return {
          effective: held >= LEAST_SHARE * latency && shareHolds(under, reorder, correlation),
          seen: `${spokenPackets(under, 'past others')}, which waited for ${ms(under.medianHeldMs)} ms at the median; ${spokenShare(reorder)} and ${spokenMs(latency)} asked for`,
        }
      }),
  },
  describe: ({ reorder, latency, to }) => `${spokenShare(reorder)} past ${spokenMs(latency)}${spokenOther(to)}`,
})
