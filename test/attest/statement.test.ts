import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Claims, checkTogether } from '../../src/attest/check-statement.ts'
import { checkIdentity, checkVerdictWished, wishesSchema } from '../../src/attest/check-wishes.ts'
import { readStatements } from '../../src/attest/read-statement.ts'
import { statementOf, statementSchema } from '../../src/attest/statement.ts'
import { recomputeVerdict } from '../../src/judge/recompute.ts'
import { canonicalJson, sha256 } from '../../src/kit/canonical-json.ts'
import { type Journal, journalSchema } from '../../src/model/journal.ts'
import * as samples from '../report/sample-journals.ts'

const HEAD = '7d3e1b0c5a2f48e9b6d17d3e1b0c5a2f48e9b6d1'
const IMAGE = { name: 'ghcr.io/acme/shop', digest: `sha256:${'a1'.repeat(32)}` }
/** The samples show one fault of two with its evidence; a real run would not have passed with that. */
const whole = (journal: Journal): Journal => ({
  ...journal,
  experiments: journal.experiments.map((one) => {
    const [first] = one.evidence
    const missing = first?.status === 'proven' && !one.search ? one.faults.slice(one.evidence.length) : []
    return {
      ...one,
      evidence: [...one.evidence, ...missing.flatMap(({ id }) => (first ? [{ ...first, fault: id }] : []))],
    }
  }),
})
const passing = (change: Partial<Journal> = {}): Journal => {
  const base = whole(samples.passJournal())
  return {
    ...base,
    change: base.change && { ...base.change, head: HEAD },
    platform: { ...base.platform, images: [IMAGE] },
    plan: { ...base.plan, sha256: '9f2c41d07be3'.padEnd(64, '0') },
    ...change,
  }
}
const written = (journal: Journal) => `${canonicalJson(journal)}\n`
const claimsOf = (journal: Journal): Claims => {
  const journalSha256 = sha256(written(journal))
  return { journal, journalSha256, statement: statementOf(journal, journalSha256) }
}
const broken = (claims: Claims) => checkTogether(claims).filter(({ ok }) => !ok)
const wishes = (wish: object = {}) => wishesSchema.parse(wish)

describe('a statement', () => {
  it('has the fields of in-toto, about the commit and the images', () => {
    const { statement, journal, journalSha256 } = claimsOf(passing())
    expect(statementSchema.parse(JSON.parse(JSON.stringify(statement)))).toEqual(statement)
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
      subject: [
        { name: 'acme/shop', digest: { gitCommit: HEAD } },
        { name: IMAGE.name, digest: { sha256: 'a1'.repeat(32) } },
      ],
      predicate: {
        result: 'PASSED',
        configuration: [
          { name: 'seaworthy.yaml', digest: { sha256: journal.suite.digest } },
          { name: 'plan', digest: { sha256: journal.plan.sha256 } },
        ],
        url: journal.change?.runUrl,
        passedTests: journal.experiments.map(({ name }) => name),
        warnedTests: [],
        failedTests: [],
        seaworthyRun: {
          journal: { digest: { sha256: journalSha256 } },
          commit: HEAD,
          verdict: 'pass',
          engine: 'builtin 0.4.0',
        },
      },
    })
  })

  it('is about the journal where nobody knows a commit', () => {
    const { statement, journalSha256 } = claimsOf({ ...samples.passJournal(), change: null })
    expect(statement.subject).toEqual([{ name: 'journal.json', digest: { sha256: journalSha256 } }])
    expect(statement.predicate.url).toBeUndefined()
  })

  it('says FAILED of everything that blocks, and WARNED of what was let through', () => {
    const resultOf = (journal: Journal) => claimsOf(journal).statement.predicate
    expect(resultOf(whole(samples.failJournal())).result).toBe('FAILED')
    expect(resultOf(whole(samples.failJournal())).failedTests).not.toEqual([])
    expect(resultOf(samples.errorJournal()).result).toBe('FAILED')
    const doubtful = whole(samples.inconclusiveJournal())
    expect(resultOf(doubtful)).toMatchObject({ result: 'FAILED', warnedTests: [] })
    const lenient = resultOf({ ...doubtful, run: { ...doubtful.run, onInconclusive: 'pass' } })
    expect(lenient).toMatchObject({ result: 'WARNED', failedTests: [] })
    expect(resultOf({ ...passing(), leftovers: [{ what: 'a rule', why: 'x', remedy: 'y' }] }).result).toBe('WARNED')
  })

  it('does not say PASSED because a journal says so', () => {
    const { experiments } = whole(samples.failJournal())
    expect(claimsOf(passing({ experiments })).statement.predicate.result).toBe('FAILED')
    const unproven = passing().experiments.map((one) => ({ ...one, evidence: [] }))
    expect(claimsOf(passing({ experiments: unproven })).statement.predicate.result).toBe('FAILED')
  })
})

const ALL = Object.entries(samples.SAMPLE_JOURNALS)

describe('a statement and its journal', () => {
  it.each(ALL)('belong together: %s', (_, make) => {
    const journal = whole(make())
    expect(recomputeVerdict(journal)).toBe(journal.verdict)
    expect(broken(claimsOf(journal))).toEqual([])
    expect(journalSchema.parse(JSON.parse(written(journal)))).toEqual(journal)
  })

  it('do not when any byte of the journal was changed', () => {
    const claims = claimsOf(passing())
    const text = written(claims.journal)
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: text.length - 1 }),
        fc.constantFrom('0', '7', 'x', ' '),
        (at, character) => {
          fc.pre(text[at] !== character)
          const changed = text.slice(0, at) + character + text.slice(at + 1)
          expect(checkTogether({ ...claims, journalSha256: sha256(changed) }).some(({ ok }) => !ok)).toBe(true)
        },
      ),
    )
  })

  it('do not when anything that the statement says was changed', () => {
    const claims = claimsOf(whole(samples.failJournal()))
    const leaves = leavesOf(claims.statement.predicate)
    fc.assert(
      fc.property(fc.constantFrom(...leaves), (path) => {
        const statement = structuredClone(claims.statement)
        change(statement.predicate, path)
        expect(broken({ ...claims, statement }).map(({ what }) => what)).not.toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('do not when a subject is somebody else', () => {
    const claims = claimsOf(passing())
    const subject = [{ digest: { gitCommit: 'f'.repeat(40) } }]
    expect(broken({ ...claims, statement: { ...claims.statement, subject } })).toMatchObject([
      { what: 'every subject is what the run tested, or its journal' },
    ])
  })

  it('do not when the journal claims a better verdict than it shows, though all digests agree', () => {
    const failed = whole(samples.failJournal())
    expect(broken(claimsOf({ ...failed, verdict: 'pass' }))).toMatchObject([
      { what: 'the journal claims no more than it shows', detail: 'it claims pass, and its own findings give fail' },
    ])
    const experiments = failed.experiments.map((one) => ({ ...one, verdict: 'pass' as const }))
    expect(broken(claimsOf({ ...failed, verdict: 'pass', experiments }))).toHaveLength(1)
  })
})

describe('what is asked of it', () => {
  const claims = claimsOf(passing())
  const endedAtMs = claims.journal.run.endedAtMs
  const not = (wish: object, nowMs = endedAtMs + 60_000) =>
    [...checkIdentity(claims, wishes(wish), nowMs), ...checkVerdictWished(claims, wishes(wish))].filter(({ ok }) => !ok)

  it.each<[string, object]>([
    ['nothing more', {}],
    ['the commit', { commit: HEAD }],
    ['the image', { images: [`ghcr.io/acme/shop@${IMAGE.digest}`, IMAGE.digest] }],
    ['the plan, in short', { plan: '9f2c41d07be3' }],
    ['the suite', { suite: claims.journal.suite.digest }],
    ['its age', { 'max-age': '1m' }],
    [
      'the repository and an experiment',
      { repository: 'acme/shop', experiments: [claims.journal.experiments[0]?.name] },
    ],
  ])('holds: %s', (_, wish) => {
    expect(not(wish)).toEqual([])
  })

  it.each<[string, object, RegExp]>([
    ['another commit', { commit: 'f'.repeat(40) }, /commit/],
    ['another image', { images: [`sha256:${'b'.repeat(64)}`] }, /image/],
    ['another plan', { plan: '0'.repeat(12) }, /plan/],
    ['another suite', { suite: '0'.repeat(64) }, /suite/],
    ['another repository', { repository: 'evil/shop' }, /repository/],
    ['an experiment that there is not', { experiments: ['the sun goes out'] }, /experiments/],
    ['an approval', { approval: 'required' }, /approved/],
  ])('does not: %s', (_, wish, what) => {
    expect(not(wish).map((check) => check.what)).toEqual([expect.stringMatching(what)])
  })

  it('is refused when it is too old, or from the future', () => {
    expect(not({ 'max-age': '1h' }, endedAtMs + 3_600_001)).toHaveLength(1)
    expect(not({ 'max-age': '1h' }, endedAtMs - 400_000)).toHaveLength(1)
  })

  it('is not good enough as a warning, a report or a shard', () => {
    const of = (journal: Journal, wish: object = {}) =>
      checkVerdictWished(claimsOf(journal), wishes(wish)).filter(({ ok }) => !ok).length
    const left = passing({ leftovers: [{ what: 'a rule', why: 'x', remedy: 'y' }] })
    expect([of(left), of(left, { result: 'WARNED' })]).toEqual([1, 0])
    const report = passing({ run: { ...passing().run, mode: 'report' } })
    expect([of(report), of(report, { mode: 'any' })]).toEqual([1, 0])
    expect(of(passing({ run: { ...passing().run, shard: '1/2' } }))).toBe(1)
  })
})

describe('a file with a statement', () => {
  const { statement } = claimsOf(passing())
  const payload = Buffer.from(JSON.stringify(statement)).toString('base64')
  const envelope = { payloadType: 'application/vnd.in-toto+json', payload, signatures: [{ sig: 'MEUCIQ==' }] }
  const bundle = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {},
    dsseEnvelope: envelope,
  }

  it.each([
    ['statement', JSON.stringify(statement, null, 2)],
    ['envelope', JSON.stringify(envelope)],
    ['bundle', JSON.stringify(bundle)],
    ['bundle', `${JSON.stringify({ _type: 'other' })}\n${JSON.stringify(bundle)}\n`],
  ])('is read as a %s', (wrapping, text) => {
    expect(readStatements(text, 'f')).toEqual([{ statement, wrapping }])
  })

  it.each([
    ['nothing', ''],
    ['no JSON', 'attested'],
    ['another predicate', JSON.stringify({ ...statement, predicateType: 'https://slsa.dev/provenance/v1' })],
    ['an envelope without a signature', JSON.stringify({ ...envelope, signatures: [] })],
    ['a bundle of something else', JSON.stringify({ ...bundle, dsseEnvelope: { ...envelope, payload: 'AAAA' } })],
  ])('is refused: %s', (_, text) => {
    expect(() => readStatements(text, 'f')).toThrow(/^f /)
  })
})

type Path = readonly (string | number)[]
function leavesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
}

function change(root: object, path: Path): void {
  const parent = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, root as Record<string, unknown>)
  const last = String(path.at(-1))
  const value = parent[last]
  parent[last] = typeof value === 'number' ? value + 1 : value === 'enforce' ? 'report' : `${value ?? ''}1`
}
