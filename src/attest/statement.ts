import * as z from 'zod'
import { recomputeVerdict } from '../judge/recompute.ts'
import type { Journal } from '../model/journal.ts'
import { worstVerdict } from '../model/verdict.ts'

/** in-toto Statement v1 (github.com/in-toto/attestation, spec/v1/statement.md), predicate spec/predicates/test-result.md. */
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
const TEST_RESULT = 'https://in-toto.io/attestation/test-result/v0.1'
const JOURNAL_NAME = 'journal.json'

const digestSchema = z.record(z.string(), z.string())
/** What is not known is left alone, as the specification demands of who reads a statement. */
const resourceSchema = z.looseObject({ name: z.string().optional(), digest: digestSchema.optional() })

const runSchema = z.looseObject({
  journal: z.looseObject({ name: z.string(), digest: digestSchema }),
  run: z.string(),
  mode: z.enum(['enforce', 'report', 'plan']),
  verdict: z.string(),
  onInconclusive: z.enum(['fail', 'pass']),
  shard: z.string().nullable(),
  startedOn: z.iso.datetime(),
  finishedOn: z.iso.datetime(),
  seaworthy: z.string(),
  engine: z.string(),
  mechanisms: z.array(z.string()),
  platform: z.string(),
  plan: z.string().describe('All 64 digits where the run knew them, else the first twelve.'),
  repository: z.string().nullable(),
  pullRequest: z.number().nullable(),
  commit: z.string().nullable(),
  base: z.string().nullable(),
  images: z.array(resourceSchema),
  approval: z
    .looseObject({ by: z.string(), via: z.string(), on: z.iso.datetime(), key: z.string().nullable() })
    .nullable(),
  leftovers: z.number().int(),
})

const predicateSchema = z.looseObject({
  result: z.enum(['PASSED', 'WARNED', 'FAILED']),
  configuration: z.array(resourceSchema),
  url: z.string().optional(),
  passedTests: z.array(z.string()),
  warnedTests: z.array(z.string()),
  failedTests: z.array(z.string()),
  /** An extension field, which the specification allows under a name that nobody else has. */
  seaworthyRun: runSchema,
})
export type Predicate = z.infer<typeof predicateSchema>

export const statementSchema = z.looseObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(resourceSchema.extend({ digest: digestSchema })).min(1),
  predicateType: z.literal(TEST_RESULT),
  predicate: predicateSchema,
})
export type Statement = z.infer<typeof statementSchema>

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/**
 * What a run has shown, as an in-toto statement about the commit and the images of the preview; about the journal itself
 * where neither is known. `journalSha256` is of the journal's bytes, in hex. Pure: the same journal, the same statement.
 */
export function statementOf(journal: Journal, journalSha256: string): Statement {
  const { change } = journal
  const commit =
    change && COMMIT.test(change.head) ? [{ name: change.repository, digest: { gitCommit: change.head } }] : []
  const tested = [...commit, ...imagesOf(journal)]
  return {
    _type: STATEMENT_TYPE,
    subject: tested.length > 0 ? tested : [{ name: JOURNAL_NAME, digest: { sha256: journalSha256 } }],
    predicateType: TEST_RESULT,
    predicate: predicateOf(journal, journalSha256),
  }
}

function imagesOf({ platform }: Journal) {
  return (platform.images ?? []).map(({ name, digest }) => {
    const [algorithm = '', hex = ''] = digest.split(':')
    return { name, digest: { [algorithm]: hex } }
  })
}

/**
 * A warning is what does not block though it is no plain pass: leftovers beside a pass, and what is inconclusive where
 * the run was told to let that through. Everything else that is no pass has failed, whatever the mode of the run.
 */
export function predicateOf(journal: Journal, journalSha256: string): Predicate {
  const { suite, plan, experiments, change, run } = journal
  const lenient = run.onInconclusive === 'pass'
  const names = (wanted: (verdict: string) => boolean) =>
    experiments.filter(({ verdict }) => wanted(verdict)).map(({ name }) => name)
  return {
    result: resultOf(journal),
    configuration: [
      { name: suite.file, digest: { sha256: suite.digest } },
      ...(plan.sha256 === undefined ? [] : [{ name: 'plan', digest: { sha256: plan.sha256 } }]),
    ],
    ...(change?.runUrl ? { url: change.runUrl } : {}),
    passedTests: names((verdict) => verdict === 'pass'),
    warnedTests: names((verdict) => verdict === 'inconclusive' && lenient),
    failedTests: names((verdict) => verdict !== 'pass' && !(verdict === 'inconclusive' && lenient)),
    seaworthyRun: runOf(journal, journalSha256),
  }
}

function resultOf(journal: Journal): Predicate['result'] {
  const verdict = worstVerdict([journal.verdict, recomputeVerdict(journal)])
  if (verdict === 'pass') return journal.leftovers.length === 0 ? 'PASSED' : 'WARNED'
  return verdict === 'inconclusive' && journal.run.onInconclusive === 'pass' ? 'WARNED' : 'FAILED'
}

function runOf(journal: Journal, journalSha256: string): Predicate['seaworthyRun'] {
  const { run, tool, engine, platform, plan, change, approval, experiments, leftovers, verdict } = journal
  return {
    journal: { name: JOURNAL_NAME, digest: { sha256: journalSha256 } },
    run: run.id,
    mode: run.mode,
    verdict,
    onInconclusive: run.onInconclusive,
    shard: run.shard,
    startedOn: isoTime(run.startedAtMs),
    finishedOn: isoTime(run.endedAtMs),
    seaworthy: tool.version,
    engine,
    mechanisms: [...new Set(experiments.map(({ mechanism }) => mechanism).filter((one) => one !== ''))].sort(),
    platform: `${platform.name}: ${platform.detail}`,
    plan: plan.sha256 ?? plan.digest,
    repository: change?.repository ?? null,
    pullRequest: change?.pullRequest ?? null,
    commit: change?.head ?? null,
    base: change?.base ?? null,
    images: imagesOf(journal),
    approval: approval ? { by: approval.by, via: approval.via, on: isoTime(approval.atMs), key: approval.key } : null,
    leftovers: leftovers.length,
  }
}

/** A journal from elsewhere may hold a number that is no time. */
function isoTime(ms: number): string {
  const time = new Date(ms)
  return Number.isNaN(time.getTime()) ? new Date(0).toISOString() : time.toISOString()
}
