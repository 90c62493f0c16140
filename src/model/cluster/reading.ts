import * as z from 'zod'

const count = z.number().min(0)

/** Connections that the daemon itself tried, from within the pod to the peers or from the node to the pod. */
const tcpProbeSchema = z.strictObject({
  attempts: count,
  /** Accepted or refused: a packet came back. */
  answered: count,
  medianMs: z.number().optional(),
})
export type TcpProbe = z.infer<typeof tcpProbeSchema>

/** What was seen of one target. `at` in milliseconds since the epoch; members of another probe are absent. */
export const nodeReadingSchema = z.strictObject({
  probe: z.enum(['packets', 'http', 'dns', 'group', 'process', 'disk', 'connections', 'node', 'object', 'script']),
  at: z.number(),
  /** packets: counters of the rule, without the daemon's own probes. */
  matched: count.optional().describe('Packets (or requests, questions) that matched.'),
  hit: count.optional().describe('Those that were dropped, held, changed or answered.'),
  bytes: count.optional(),
  medianHeldMs: z.number().optional(),
  /** The daemon's own connections, from the pod outwards and from the node inwards. */
  outbound: tcpProbeSchema.optional(),
  inbound: tcpProbeSchema.optional(),
  /** http, dns: what the daemon's own questions got: status or answer → count. */
  answers: z.record(z.string(), count).optional(),
  answerMedianMs: z.number().optional(),
  /** group: use of the container's control group, over the time since the reading before. */
  cores: z.number().optional(),
  memoryBytes: z.number().optional(),
  switchesPerSecond: z.number().optional(),
  running: count
    .optional()
    .describe(
      'Stress workers that are alive. object: ready replicas of a workload, pods on a node that a drain would evict, objects of this fault that exist, active pods of a job.',
    ),
  throttled: count.optional(),
  /** process: identity of what runs, `pid:start-time`, and its state. */
  identity: z
    .string()
    .optional()
    .describe(
      "process: `pid:start-time`. object: the UID of the object that has the name now, '' when there is none. node: the boot id, and when its first process started.",
    ),
  state: z
    .enum(['running', 'stopped', 'gone'])
    .optional()
    .describe(
      'Of a process, a unit or a link. object: `stopped` while what the fault wrote holds (all containers run the waiting image, the node is unschedulable or tainted, the patched fields have our values), `running` while it does not.',
    ),
  restarts: count
    .optional()
    .describe(
      'Of the container. object: pods of the workload that came after the fault; how often objects with a period have come.',
    ),
  /** disk: free bytes of the volume, size of our file, and what a probe write reached. */
  freeBytes: z.number().optional(),
  filledBytes: z.number().optional(),
  writeBytesPerSecond: z.number().optional(),
  writesPerSecond: z.number().optional(),
  readBytesPerSecond: z.number().optional().describe('What a probe read past the page cache reached.'),
  readsPerSecond: z.number().optional(),
  /** connections */
  open: count.optional(),
  refused: count.optional(),
  /** node, object, script: a fact in words, such as `unschedulable`, `replicas 3, ready 1`. */
  fact: z.string().max(512).optional(),
  ready: z.boolean().optional(),
})
export type NodeReading = z.infer<typeof nodeReadingSchema>

/** How a daemon looks at one target; asked before, while and after. */
export type NodeProbe =
  /** Counters of this fault's rules, and connections of its own where `peers` or the pod's ports allow. */
  | {
      readonly probe: 'packets'
      /** Ports that are known to matter; connections go to the first, and without one to a port where hardly anybody listens. */
      readonly ports?: readonly number[] | undefined
    }
  /** Counters of this fault's proxy, and one request of its own through it: path and method that match. */
  | { readonly probe: 'http'; readonly ports: readonly number[]; readonly path: string; readonly method: string }
  /** Counters of this fault's responder, and one question of its own with a name that matches. */
  | { readonly probe: 'dns'; readonly name: string }
  | { readonly probe: 'group'; readonly container: string | undefined }
  | { readonly probe: 'process'; readonly container: string | undefined; readonly process: string | undefined }
  | { readonly probe: 'disk'; readonly container: string | undefined; readonly path: string }
  | { readonly probe: 'connections'; readonly port: number }
  | { readonly probe: 'script'; readonly container: string | undefined; readonly command: string }
  | { readonly probe: 'node'; readonly unit: string | undefined; readonly device: string | undefined }
