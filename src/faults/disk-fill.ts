import * as z from 'zod'
import { bytes, ratio } from '../kit/scalars.ts'
import type { TargetStatus } from '../model/cluster/fault-object.ts'
import type { Effect } from '../model/effect.ts'
import { defineClusterFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { BY_WATCHDOG } from './parts/cluster-kinds.ts'
import { pathInContainer } from './parts/disk-keys.ts'
import { WITNESSED } from './parts/identity-effect.ts'
import { containerKey } from './parts/kubernetes-keys.ts'
import { spokenBytes, spokenShare } from './parts/words.ts'

/** What the machine needs to go on. */
const MOST_SHARE = 0.9
const MOST_BYTES = 2 ** 44

const parameters = z.lazy(() =>
  z
    .strictObject({
      size: bytes
        .refine((size) => size > 0 && size <= MOST_BYTES, { error: 'A size is more than 0 and at most 16TiB.' })
        .optional()
        .describe('Bytes to take.'),
      share: ratio
        .refine((share) => share > 0 && share <= MOST_SHARE, { error: 'A share is more than 0% and at most 90%.' })
        .optional()
        .describe('Share of what is free now, at most 90%.'),
      path: pathInContainer().describe('A folder on the volume that is meant. No default.'),
      container: containerKey(),
    })
    .refine(({ size, share }) => (size === undefined) !== (share === undefined), {
      error: 'Say exactly one of size and share.',
    }),
)
type Parameters = z.infer<typeof parameters>

/** Of what was asked for; file systems round and keep something back. */
const LEAST_SHARE = 0.9
/** Of our file, in what others see: something may be deleted meanwhile. */
const LEAST_LOST = 0.5

/** Takes space on a volume of the target. */
export const diskFill = defineClusterFault<Parameters>({
  type: 'disk-fill',
  group: 'resource',
  summary: 'Fills a volume of the target with one file: by a size, or to a share of what is free.',
  notes: {
    mechanism:
      "The daemon allocates one file in the container's file system, at most 90 % of what is free. An emptyDir and the root of a container share the disk of the node: other pods feel it, and the kubelet may evict.",
    proof: `Our file has at least nine tenths of the size that was asked for, and the volume has lost at least half of the file's size. ${WITNESSED}`,
    ends: 'A watchdog in a control group of its own removes the file at the deadline, whether or not the daemon lives.',
    example: '{type: disk-fill, target: {workload: db, mode: one}, path: /var/lib/data, size: 200MiB}',
  },
  parameters,
  searchable: { share: 'ratio' },
  defaultMode: 'one',
  cluster: {
    ...BY_WATCHDOG,
    recipe: ({ size, share, path, container }) => ({
      actor: 'daemon',
      ways: [
        { mechanism: 'one allocated file', actions: [{ do: 'fill-disk', container, path, bytes: size, ratio: share }] },
      ],
      probe: { probe: 'disk', container, path },
    }),
    effect: (given, targets) => filledEffect(given, targets),
  },
  describe: ({ size, share, path }) =>
    `${size === undefined ? `${spokenShare(share ?? 0)} of what is free` : spokenBytes(size)} in ${path}`,
})

function filledEffect({ size, share = 0 }: Parameters, targets: readonly TargetStatus[]): Effect {
  return clusterEffect(targets, 'disk', ({ before, under }) => {
    const [was, is, filled] = [before?.freeBytes, under.freeBytes, under.filledBytes]
    if (was === undefined || is === undefined || filled === undefined)
      return { effective: false, seen: 'the volume was not measured' }
    const asked = size ?? share * was
    return {
      effective: filled > 0 && filled >= LEAST_SHARE * asked && was - is >= LEAST_LOST * filled,
      seen: `${spokenBytes(was)} → ${spokenBytes(is)} free, our file has ${spokenBytes(filled)} of ${spokenBytes(asked)}`,
    }
  })
}
