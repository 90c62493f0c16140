import * as z from 'zod'

/** What the daemon says to a helper, one JSON line each; `n` counts them, and its answer carries the same number. */
export interface Ask {
  readonly n: number
  readonly ask: 'add' | 'remove' | 'counters' | 'secret'
  readonly id: string
  readonly fault?: unknown
}

export const answerSchema = z.union([
  z.strictObject({ ready: z.literal(true) }),
  z.strictObject({ n: z.int(), got: z.unknown() }),
  z.strictObject({ n: z.int(), error: z.string() }),
])

/** Where a helper shows the kernel that it lives, for one fault. */
export interface Beat {
  readonly address: string
  readonly ports: readonly number[]
}

/** What every fault has that is handed to a helper. */
export interface HelperFault {
  readonly id: string
  /** The helper leaves everything alone after this time, whoever is gone by then. */
  readonly remainingMs: number
  readonly beat: Beat
}

/** What a helper counted for one fault. */
export const helperCountsSchema = z.strictObject({
  matched: z.number(),
  hit: z.number(),
  medianHeldMs: z.number().optional(),
  /** Connections that were passed on unread: TLS, or another protocol. */
  raw: z.number(),
})
export type HelperCounts = z.infer<typeof helperCountsSchema>
