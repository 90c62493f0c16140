import * as z from 'zod'
import { evidenceSchema } from './evidence.ts'
import { policySchema } from './policy.ts'
import { MOST_SHARDS } from './request.ts'
import { REASONS, VERDICTS } from './verdict.ts'

/**
 * The one record of a run; every report is made from it alone. `schema/journal.schema.json` is generated from here.
 * Times are milliseconds since the epoch unless a name says otherwise; shares are ratios 0..1.
 */
const verdictSchema = z.enum(VERDICTS)

const reasonSchema = z.strictObject({
  code: z.enum(REASONS),
  /** One sentence with its numbers, for people. */
  detail: z.string(),
  objective: z.string().optional(),
})
export type Reason = z.infer<typeof reasonSchema>

const spanSchema = z.strictObject({ startMs: z.number(), endMs: z.number() })

/** A measured number with its one-sided 95 % bounds; null where there is none (unbounded or not measured). */
const estimateSchema = z.strictObject({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Events, and the bad ones among them. */
  n: z.number().int(),
  bad: z.number().int(),
  /** Design effect: how much clustering in time makes the counts worth less; 1 is none. */
  designEffect: z.number(),
})
export type Estimate = z.infer<typeof estimateSchema>

const needSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('share'), target: z.number() }),
  z.strictObject({ kind: z.literal('below'), value: z.number() }),
  z.strictObject({ kind: z.literal('above'), value: z.number() }),
  z.strictObject({ kind: z.literal('increase'), atMost: z.number() }),
])

/** `share`: ratio of good. `ms`: a quantile. `value`: the query's own unit. */
const unitSchema = z.enum(['share', 'ms', 'value'])
export type Unit = z.infer<typeof unitSchema>

const judgedObjectiveSchema = z.strictObject({
  name: z.string(),
  line: z.number().int(),
  verdict: verdictSchema,
  reasons: z.array(reasonSchema),
  unit: unitSchema,
  /** In words: `requests answered`, `answered within 300 ms`, `p99`. */
  means: z.string(),
  need: needSchema,
  baseline: estimateSchema.nullable(),
  fault: estimateSchema.nullable(),
  recovery: estimateSchema.nullable(),
  /** For `increase` needs: fault minus baseline, in the unit's own measure (shares: of bad). */
  increase: estimateSchema.nullable(),
  /** One-sided p-value of `it does not hold`, before and after Holm's correction over the suite; null where no test applies. */
  pValue: z.number().nullable(),
  pHolm: z.number().nullable(),
  /** For charts: one entry a slice; `tMs` from the start of the baseline window. */
  slices: z.array(
    z.strictObject({
      tMs: z.number(),
      window: z.enum(['baseline', 'fault', 'recovery']),
      n: z.number().int(),
      bad: z.number().int(),
      value: z.number().nullable(),
    }),
  ),
  queries: z.array(z.string()),
})
export type JudgedObjective = z.infer<typeof judgedObjectiveSchema>

const histogramSchema = z.strictObject({
  buckets: z.array(z.tuple([z.number(), z.number().int()])),
  overflow: z.number().int(),
  overflowFromMs: z.number(),
  n: z.number().int(),
  precision: z.number(),
})

const recoverySchema = z.strictObject({
  /** Recovered after more than `lowMs` and at most `highMs` from the end of the fault; null high: not seen to recover. */
  lowMs: z.number(),
  highMs: z.number().nullable(),
  limitMs: z.number().nullable(),
  /** Which objective was the last to come back. */
  objective: z.string().nullable(),
  verdict: verdictSchema,
})
export type Recovery = z.infer<typeof recoverySchema>

const searchStepSchema = z.strictObject({
  value: z.number(),
  verdict: verdictSchema,
  objective: z.string(),
  estimate: estimateSchema.nullable(),
  reasons: z.array(reasonSchema),
})
const searchResultSchema = z.strictObject({
  parameter: z.string(),
  unit: z.enum(['ms', 'ratio', 'bytes-per-second', 'count']),
  from: z.number(),
  to: z.number(),
  precision: z.number(),
  atLeast: z.number().nullable(),
  /** Largest value that held, and smallest that broke; null where none did. */
  holds: z.number().nullable(),
  breaks: z.number().nullable(),
  steps: z.array(searchStepSchema),
})
export type SearchResult = z.infer<typeof searchResultSchema>

const impactSchema = z.strictObject({
  service: z.string(),
  /** The fault was put on this service. */
  target: z.boolean(),
  baseline: z.strictObject({ n: z.number().int(), bad: z.number().int() }),
  fault: z.strictObject({ n: z.number().int(), bad: z.number().int() }),
})
export type Impact = z.infer<typeof impactSchema>

const experimentSchema = z.strictObject({
  name: z.string(),
  index: z.number().int(),
  line: z.number().int(),
  verdict: verdictSchema,
  reasons: z.array(reasonSchema),
  /** False: it never started, because the run ended before. */
  ran: z.boolean(),
  faults: z.array(
    z.strictObject({
      id: z.string(),
      type: z.string(),
      description: z.string(),
      workload: z.string(),
      parameters: z.record(z.string(), z.unknown()),
    }),
  ),
  targets: z.array(z.string()),
  /** Replicas that the target workloads have in all. */
  of: z.number().int(),
  mechanism: z.string(),
  windows: z.strictObject({
    baseline: spanSchema.nullable(),
    fault: spanSchema.nullable(),
    recovery: spanSchema.nullable(),
  }),
  objectives: z.array(judgedObjectiveSchema),
  evidence: z.array(evidenceSchema),
  recovery: recoverySchema.nullable(),
  search: searchResultSchema.nullable(),
  /** Set when a guard ended the fault early. */
  aborted: z.strictObject({ objective: z.string(), below: z.number(), afterMs: z.number() }).nullable(),
  latency: z.strictObject({
    baseline: histogramSchema.nullable(),
    fault: histogramSchema.nullable(),
    recovery: histogramSchema.nullable(),
  }),
  impact: z.array(impactSchema),
  /** How requests failed under the fault: `timeout`, `status 503`, `connection reset`, with counts. */
  failures: z.array(z.strictObject({ what: z.string(), count: z.number().int() })),
  /** What was measured that explains a failure, and one imperative hint; null where no rule applies. */
  why: z.string().nullable(),
  hint: z.strictObject({ code: z.string(), text: z.string() }).nullable(),
})
export type JournalExperiment = z.infer<typeof experimentSchema>

const shardSchema = z.strictObject({
  index: z.number().int().min(1).max(MOST_SHARDS),
  count: z.number().int().min(1).max(MOST_SHARDS),
  experiments: z
    .array(
      z.strictObject({ name: z.string(), index: z.number().int(), line: z.number().int(), shard: z.number().int() }),
    )
    .describe('Every experiment of the whole plan, and the shard that it falls to.'),
  basis: z
    .array(
      z.strictObject({
        index: z.number().int(),
        attributable: z.boolean(),
        searchPValue: z.number().nullable(),
        reasons: z.array(reasonSchema),
        objectives: z.array(z.strictObject({ verdict: verdictSchema, reasons: z.array(reasonSchema) })),
      }),
    )
    .describe(
      'How each experiment of this shard was judged before the correction for the number of tests, which `merge` makes again over the whole suite.',
    ),
})
export type JournalShard = z.infer<typeof shardSchema>

const approvalSchema = z.strictObject({
  by: z.string(),
  via: z.enum(['review', 'comment', 'signature']),
  atMs: z.number(),
  /** Where it can be read; null for a signed file. */
  url: z.string().nullable(),
  /** Fingerprint of the key that signed; null for a person of GitHub. */
  key: z.string().nullable(),
})
export type Approval = z.infer<typeof approvalSchema>

const leftoverSchema = z.strictObject({ what: z.string(), why: z.string(), remedy: z.string() })

export const journalSchema = z.strictObject({
  version: z.literal(1),
  tool: z.strictObject({ name: z.literal('seaworthy'), version: z.string() }),
  run: z.strictObject({
    id: z.string(),
    mode: z.enum(['enforce', 'report', 'plan']),
    seed: z.number().int(),
    startedAtMs: z.number(),
    endedAtMs: z.number(),
    onInconclusive: z.enum(['fail', 'pass']),
    shard: z.string().nullable(),
    machine: z.string().describe('Operating system, kernel and Node, such as linux 6.1.0, node 24.21.0.'),
  }),
  suite: z.strictObject({ name: z.string(), file: z.string(), digest: z.string() }),
  change: z
    .strictObject({
      repository: z.string(),
      pullRequest: z.number().int().nullable(),
      head: z.string(),
      base: z.string().nullable(),
      branch: z.string().nullable(),
      runUrl: z.string().nullable(),
    })
    .nullable(),
  platform: z.strictObject({
    name: z.enum(['process', 'kubernetes']),
    detail: z.string(),
    /** What ran in the preview before the first fault, as the cluster's pods say it; none on `process`. */
    images: z.array(z.strictObject({ name: z.string(), digest: z.string() })).optional(),
  }),
  engine: z.string(),
  plan: z.strictObject({
    digest: z.string(),
    /** The whole SHA-256 of which `digest` is the beginning. */
    sha256: z.string().optional(),
    touched: z.array(z.string()),
    untouched: z.array(z.string()),
    warnings: z.array(z.string()),
    estimateMs: z.number(),
  }),
  /** The policy of the base commit; null where there was no base to ask. */
  policy: policySchema.nullable().default(null),
  /** Who agreed to this plan; absent where nobody had to. */
  approval: approvalSchema.optional(),
  verdict: verdictSchema,
  /** The first line of every report: `2 of 6 experiments did not hold`. */
  summary: z.string(),
  reasons: z.array(reasonSchema),
  experiments: z.array(experimentSchema),
  /** Things outside the plan that changed during the run, by name; empty is the proof that none did. */
  outside: z.array(z.string()),
  leftovers: z.array(leftoverSchema),
  traffic: z.strictObject({
    kind: z.string(),
    requests: z.number().int(),
    /** How late the generator itself sent, 99th percentile. */
    lateP99Ms: z.number().nullable(),
    description: z.string(),
  }),
  timings: z.array(z.strictObject({ phase: z.string(), ms: z.number() })),
  shard: shardSchema.optional().describe('Only in the journal of one shard: what `merge` needs to know of the whole.'),
})
export type Journal = z.infer<typeof journalSchema>
