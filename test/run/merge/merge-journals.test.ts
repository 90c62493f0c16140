import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSeaworthyError } from '../../../src/kit/errors.ts'
import { type Journal, journalSchema } from '../../../src/model/journal.ts'
import { exitCodeOf } from '../../../src/report/words/outcome.ts'
import type { ReadJournal } from '../../../src/run/journals/read-journal.ts'
import { mergeJournals } from '../../../src/run/merge/merge-journals.ts'
import { facts, proof, spread, underFault } from '../../judge/setting.ts'
import { CHANGE, type Seen, shardJournalOf, shardJournals, wholeJournal } from './shard-setting.ts'

const HELD = facts()
const BROKEN = underFault(spread(600))
/** Fails by itself, and not among many. */
const NARROW = underFault(spread(42))
const UNPROVEN = facts({ evidence: [proof({ status: 'not-effective' })] })
const FAILED = facts({ error: { code: 'ENGINE_FAILED', detail: 'no' } })
const KINDS = [HELD, BROKEN, NARROW, UNPROVEN, FAILED]
const THREE: Seen = [HELD, BROKEN, UNPROVEN]

const asRead = (journals: readonly Journal[]): ReadJournal[] =>
  journals.map((journal, place) => ({ file: `out/${place + 1}/journal.json`, journal }))
const merge = (journals: readonly Journal[]) => mergeJournals(asRead(journals))
const judged = ({ verdict, summary, reasons, experiments, plan, suite }: Journal) => ({
  verdict,
  summary,
  reasons,
  experiments,
  digest: plan.digest,
  suite,
})
const [first, second, third] = shardJournals(THREE, 3)
if (!first || !second || !third) throw new Error('three shards were expected')
const refusal = (read: readonly ReadJournal[], change?: typeof CHANGE): string => {
  try {
    mergeJournals(read, change)
  } catch (error) {
    if (isSeaworthyError(error) && error.code === 'INPUT') return error.message
    throw error
  }
  return 'merged'
}

describe('the whole of some shards', () => {
  it('is judged as a run without shards is, however it was divided and in whatever order it comes', () => {
    const suites = fc.array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(suites, fc.integer({ min: 1, max: 10 }), fc.boolean(), (seen, count, turned) => {
        const shards = shardJournals(seen, count)
        const whole = merge(turned ? shards.toReversed() : shards)
        expect(judged(whole)).toEqual(judged(wholeJournal(seen)))
        expect(journalSchema.parse(structuredClone(whole))).toEqual(whole)
        expect(whole.shard).toBeUndefined()
        expect(whole.run.shard).toBeNull()
      }),
      { numRuns: 40 },
    )
  })

  it('corrects over the suite what each shard could only correct over its part', () => {
    const seen = [NARROW, HELD, HELD, HELD, HELD, HELD]
    const shards = shardJournals(seen, 6)
    expect(shards[0]).toMatchObject({ verdict: 'fail' })
    expect(merge(shards)).toMatchObject({
      verdict: 'inconclusive',
      experiments: [
        { verdict: 'inconclusive', objectives: [{ reasons: [{ code: 'UNDECIDED' }] }] },
        {},
        {},
        {},
        {},
        {},
      ],
    })
  })

  it('carries what was left behind, what was spent, and what stopped a part', () => {
    const leftovers = [{ what: 'Fault/r-1', why: 'its node is gone', remedy: 'seaworthy cleanup --run r-1' }]
    const blocked = { code: 'PLATFORM_FAILED' as const, detail: 'web is not ready' }
    const parts = [
      shardJournalOf([HELD, HELD], 1, 2, { leftovers, outside: ['web-1 restarted'] }),
      shardJournalOf([HELD, facts({ ran: false, error: blocked })], 2, 2, { blocked }),
    ]
    const whole = merge(parts)
    expect(whole.verdict).toBe('error')
    expect(whole.leftovers).toEqual(leftovers)
    expect(whole.outside).toEqual(['shard 1 of 2: web-1 restarted'])
    expect(whole.reasons.map(({ code, detail }) => [code, detail])).toEqual([
      ['PLATFORM_FAILED', 'shard 2 of 2: web is not ready'],
      ['CLEANUP_UNPROVEN', 'Fault/r-1 is left behind: its node is gone'],
      ['CLEANUP_UNPROVEN', 'outside the plan: shard 1 of 2: web-1 restarted'],
    ])
    expect(whole.timings.map(({ phase }) => phase)).toEqual([
      'shard 1 of 2: platform up',
      'shard 1 of 2: clean up',
      'shard 2 of 2: platform up',
      'shard 2 of 2: clean up',
    ])
    expect(whole.traffic).toMatchObject({ kind: 'http', requests: 18_000, description: 'http, 50/s' })
    expect(whole.plan).toMatchObject({ touched: ['api-1', 'api-2'], untouched: ['web-1'] })
  })

  it('is cancelled when one of its parts was', () => {
    const parts = [
      shardJournalOf([HELD, HELD], 1, 2),
      shardJournalOf([HELD, facts({ ran: false, cancelled: true })], 2, 2, { cancelled: true }),
    ]
    expect(merge(parts)).toMatchObject({ verdict: 'aborted', reasons: [{ code: 'CANCELLED' }] })
  })

  it('says of a part without experiments nothing, which alone is no pass', () => {
    const [, empty] = shardJournals([HELD], 2)
    expect(empty).toMatchObject({
      verdict: 'inconclusive',
      summary: 'no experiment falls to shard 2 of 2',
      experiments: [],
    })
    expect(empty && exitCodeOf(empty)).toBe(0)
    expect(merge(shardJournals([HELD], 2))).toMatchObject({
      verdict: 'pass',
      summary: '1 of 1 experiment held',
      reasons: [],
    })
  })
})

describe('a part that is not there', () => {
  it('makes the whole an error that names it, with everything that the others saw', () => {
    const [one, , three] = shardJournals([HELD, HELD, HELD], 3)
    if (!one || !three) throw new Error('three shards were expected')
    const whole = merge([one, three])
    expect(whole.verdict).toBe('error')
    expect(exitCodeOf(whole)).toBe(3)
    expect(whole.reasons).toEqual([{ code: 'SHARD_MISSING', detail: 'shard 2 of 3 has no journal' }])
    expect(whole.experiments.map(({ ran, verdict }) => [ran, verdict])).toEqual([
      [true, 'pass'],
      [false, 'error'],
      [true, 'pass'],
    ])
    expect(whole.experiments[1]?.reasons[0]?.detail).toBe('it was to run in shard 2 of 3, which has no journal')
  })

  it('does not hide a failure that was shown', () => {
    expect(merge([first, second])).toMatchObject({ verdict: 'fail', reasons: [{ code: 'SHARD_MISSING' }] })
  })

  it('counts when its journal is broken, though all parts are there', () => {
    const whole = mergeJournals([
      ...asRead(shardJournals([HELD], 1)),
      { file: 'out/x/journal.json', broken: 'it is not JSON' },
    ])
    expect(whole).toMatchObject({
      verdict: 'error',
      reasons: [{ code: 'SHARD_MISSING', detail: 'out/x/journal.json cannot be used: it is not JSON' }],
    })
  })

  it.each([
    ['of a run without shards', () => wholeJournal(THREE), 'it is not the journal of a shard: the run had no --shard'],
    [
      'with a verdict that was written over',
      () => rewritten(second),
      'its verdicts are not those that its numbers lead to',
    ],
    [
      'that lost an experiment',
      () => ({ ...second, experiments: [] }),
      'its experiments are not those that fall to its shard',
    ],
    [
      'that lost how it was judged',
      () => withShard(second, { basis: [] }),
      'it does not say how its experiments were judged',
    ],
    ['of more shards than there are', () => withShard(second, { index: 4 }), 'it says that it is shard 4 of 3'],
  ])('counts when it is one %s', (_, journal, why) => {
    const whole = merge([first, journal(), third])
    expect(['error', 'fail']).toContain(whole.verdict)
    expect(whole.reasons.map(({ detail }) => detail)).toEqual([
      'shard 2 of 3 has no journal',
      `out/2/journal.json cannot be used: ${why}`,
    ])
  })
})

describe('journals that are not parts of one whole', () => {
  it.each([
    ['suite', { suite: { ...second.suite, digest: 'other' } }, 'different suites: out/1/journal.json has'],
    ['plan', { plan: { ...second.plan, digest: '000000000000' } }, 'different plans: '],
    ['commit', { change: second.change && { ...second.change, head: 'beef' } }, 'different commits: '],
    ['no commit', { change: null }, 'different commits: '],
    ['mode', { run: { ...second.run, mode: 'report' } }, 'different modes: out/1/journal.json has "enforce", out/2/'],
    ['leniency', { run: { ...second.run, onInconclusive: 'pass' } }, 'different meanings of inconclusive: '],
    ['version', { tool: { ...second.tool, version: '9.9.9' } }, 'different versions: '],
    ['engine', { engine: 'chaos-mesh 2' }, 'different engines: '],
  ])('another %s is refused', (_, change, words) => {
    expect(refusal(asRead([first, { ...second, ...change } as Journal, third]))).toContain(words)
  })

  it('another number of shards, and the same shard twice', () => {
    const [half] = shardJournals(THREE, 2)
    if (!half) throw new Error('a shard was expected')
    expect(refusal(asRead([first, half]))).toContain('different numbers of shards: out/1/journal.json has 3, out/2/')
    expect(refusal(asRead([first, second, second, third]))).toBe(
      'shard 2 of 3 is there twice: out/2/journal.json and out/3/journal.json',
    )
  })

  it('another commit than the one that is gated', () => {
    expect(refusal(asRead([first, second, third]), CHANGE)).toBe('merged')
    expect(refusal(asRead([first, second, third]), { ...CHANGE, head: 'beef' })).toMatch(
      /^different commits: this is acme\/shop@beef of pull request 482, out\/1\/journal\.json has /,
    )
  })

  it('nothing but broken ones, each with its reason', () => {
    expect(refusal([{ file: 'a.json', broken: 'it is not JSON' }])).toBe(
      'there is no journal of a shard to merge\na.json: it is not JSON',
    )
    expect(refusal([])).toBe('there is no journal of a shard to merge')
  })

  it('says what differs without what a terminal would obey', () => {
    const hostile = { ...second, engine: '\u001b[2J\u202eevil' }
    const said = refusal(asRead([first, hostile]))
    expect(said).toContain('different engines: ')
    for (const character of ['\u001b', '\u202e']) expect(said).not.toContain(character)
  })
})

function withShard(journal: Journal, change: Partial<NonNullable<Journal['shard']>>): Journal {
  if (!journal.shard) throw new Error('a shard was expected')
  return { ...journal, shard: { ...journal.shard, ...change } }
}

function rewritten(journal: Journal): Journal {
  return {
    ...journal,
    verdict: 'pass',
    experiments: journal.experiments.map((one) => ({ ...one, verdict: 'pass' })),
  }
}
