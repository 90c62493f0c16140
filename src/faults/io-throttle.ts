import * as z from 'zod'
import { bytesPerSecond } from '../kit/scalars.ts'
import type { TargetStatus } from '../model/cluster/fault-object.ts'
import type { NodeReading } from '../model/cluster/reading.ts'
import type { Effect } from '../model/effect.ts'
import { defineClusterFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { BY_WATCHDOG } from './parts/cluster-kinds.ts'
import { pathInContainer } from './parts/disk-keys.ts'
import { WITNESSED } from './parts/identity-effect.ts'
import { containerKey } from './parts/kubernetes-keys.ts'
import { spokenBytes } from './parts/words.ts'

const MOST_OPERATIONS = 1_000_000

const parameters = z.lazy(() =>
  z
    .strictObject({
      read: bytesPerSecond.optional().describe('Most that may be read from the device.'),
      write: bytesPerSecond.optional().describe('Most that may be written to the device.'),
      'read-operations': z.int().min(1).max(MOST_OPERATIONS).optional().describe('Most reads each second.'),
      'write-operations': z
        .int()
        .min(1)
        .max(MOST_OPERATIONS)
        .optional()
        .describe('Most writes each second: this makes a sync slow.'),
      path: pathInContainer()
        .optional()
        .describe('A path on the volume that is meant. Default: the root of the container.'),
      container: containerKey(),
    })
    .refine((given) => LIMITS.some(({ key }) => given[key] !== undefined), {
      error: 'Say at least one of read, write, read-operations and write-operations.',
    }),
)
type Parameters = z.infer<typeof parameters>

const perSecond = (value: number) => `${spokenBytes(value)}/s`
const operations = (value: number) => `${Math.round(value)} operations/s`

/** Each limit, and the member of a reading that says what a probe reached. */
const LIMITS = [
  { key: 'read', reading: 'readBytesPerSecond', what: 'reads', spoken: perSecond },
  { key: 'write', reading: 'writeBytesPerSecond', what: 'writes', spoken: perSecond },
  { key: 'read-operations', reading: 'readsPerSecond', what: 'reads', spoken: operations },
  { key: 'write-operations', reading: 'writesPerSecond', what: 'writes', spoken: operations },
] as const satisfies readonly {
  readonly key: string
  readonly reading: keyof NodeReading
  readonly what: string
  readonly spoken: (value: number) => string
}[]

/** A short probe ends with what the kernel let through at once. */
const SPARE_RATIO = 1.5

/** Makes the disk of the target slow. */
export const ioThrottle = defineClusterFault<Parameters>({
  type: 'io-throttle',
  group: 'resource',
  summary:
    "Limits how fast the target's container reads from and writes to a disk, in bytes or operations each second.",
  notes: {
    mechanism:
      "Limits of the block device for the container's control group (blkio, io.max). With cgroup v1 writes that only reach the page cache are not slowed, those that are synced are.",
    proof: `What a probe of our own reaches on the volume is at most one and a half times each limit that was asked for, and was more than one and a half times as fast before. ${WITNESSED}`,
    ends: 'A watchdog in a control group of its own takes the limits away at the deadline, whether or not the daemon lives.',
    notRun: 'cgroup v2 (`io.max`) is checked on recorded trees; the machine of the tests has v1.',
    example: '{type: io-throttle, target: {workload: db}, write: 1MiB/s, path: /var/lib/data}',
  },
  parameters,
  searchable: {
    read: 'bytes-per-second',
    write: 'bytes-per-second',
    'read-operations': 'count',
    'write-operations': 'count',
  },
  defaultMode: 'one',
  cluster: {
    ...BY_WATCHDOG,
    recipe: ({ container, path, ...given }) => ({
      actor: 'daemon',
      ways: [
        {
          mechanism: "limits of the block device for the container's control group",
          actions: [
            {
              do: 'throttle-io',
              container,
              path,
              readBytesPerSecond: given.read,
              writeBytesPerSecond: given.write,
              readsPerSecond: given['read-operations'],
              writesPerSecond: given['write-operations'],
            },
          ],
        },
      ],
      probe: { probe: 'disk', container, path: path ?? '/' },
    }),
    effect: (given, targets) => throttleEffect(given, targets),
  },
  describe: (given) =>
    askedFor(given)
      .map(({ asked, what, spoken }) => `${what} at ${spoken(asked)}`)
      .join(', '),
})

function askedFor(given: Parameters) {
  return LIMITS.flatMap((limit) => {
    const asked = given[limit.key]
    return asked === undefined ? [] : [{ ...limit, asked }]
  })
}

function throttleEffect(given: Parameters, targets: readonly TargetStatus[]): Effect {
  return clusterEffect(targets, 'disk', ({ before, under }) => {
    const looks = askedFor(given).map(({ asked, reading, what, spoken }) => {
      const [was, is] = [before?.[reading], under[reading]]
      if (was === undefined || is === undefined) return { held: false, seen: `${what} were not measured` }
      return {
        held: is <= asked * SPARE_RATIO && was > is * SPARE_RATIO,
        seen: `${what} ${spoken(was)} → ${spoken(is)}, ${spoken(asked)} asked for`,
      }
    })
    return { effective: looks.every(({ held }) => held), seen: looks.map(({ seen }) => seen).join(', ') }
  })
}
