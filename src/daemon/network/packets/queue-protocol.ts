import * as z from 'zod'

/** Between the daemon and its packet engine: JSON lines on the engine's standard input and output. */
const impairmentSchema = z.object({
  latencyMs: z.number(),
  jitterMs: z.number(),
  distribution: z.enum(['uniform', 'normal', 'pareto']),
  lossRatio: z.number(),
  correlation: z.number(),
  corruptRatio: z.number(),
  reorderRatio: z.number(),
  seed: z.number(),
})

const queueSpecSchema = z.object({
  id: z.string(),
  /** Device and inode of the pod's network namespace, and the words that make a program run in it. */
  netns: z.string(),
  enter: z.array(z.string()),
  /** Number of the queue of judged packets; the next one is that of packets aside (the daemon's probes, the node's). */
  queue: z.int(),
  impairment: impairmentSchema,
})
export type QueueSpec = z.infer<typeof queueSpecSchema>

export const requestSchema = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('open'), number: z.int(), spec: queueSpecSchema }),
  z.object({ ask: z.literal('close'), number: z.int(), id: z.string() }),
  /** The queues of a network namespace let pass what waits, and hold nothing until they are to go on. */
  z.object({ ask: z.literal('suspend'), number: z.int(), netns: z.string() }),
  z.object({ ask: z.literal('resume'), number: z.int(), netns: z.string() }),
  z.object({ ask: z.literal('read'), number: z.int(), id: z.string() }),
])
export type EngineRequest = z.infer<typeof requestSchema>

/** Of the judged packets of one queue. */
const queueCountsSchema = z.object({
  packets: z.int(),
  /** Packets that were lost, held or changed. */
  hit: z.int(),
  lost: z.int(),
  corrupted: z.int(),
  /** Packets that did not wait while others did. */
  overtook: z.int(),
  /** Of the last ones that were held. */
  medianHeldMs: z.number().optional(),
  waiting: z.int(),
})
export type QueueCounts = z.infer<typeof queueCountsSchema>

export const answerSchema = z.union([
  z.object({ number: z.int(), error: z.string() }),
  z.object({ number: z.int(), counts: queueCountsSchema.optional() }),
  /** A queue has ended though nobody asked. */
  z.object({ lost: z.string(), detail: z.string() }),
])
export type EngineAnswer = z.infer<typeof answerSchema>
