import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildHistory } from '../../src/history/build-history.ts'
import { type Uncompared, withChanges } from '../../src/history/change.ts'
import { slim } from '../../src/history/slim.ts'
import { seededRandom } from '../../src/kit/random.ts'
import type { History } from '../../src/model/history.ts'
import type { Journal } from '../../src/model/journal.ts'
import { facts } from '../judge/setting.ts'
import { monthsOfJournals } from '../report/samples/months.ts'
import { shardJournals } from '../run/merge/shard-setting.ts'

const JOURNALS = monthsOfJournals()
const found = (journals: readonly Journal[]) => journals.map((journal) => ({ file: `${journal.run.id}.json`, journal }))
const history = (journals: readonly Journal[], month?: string): History => {
  const made = buildHistory(found(journals), [], month)
  if (!made) throw new Error('a history was expected')
  return made
}
const news = ({ news: all, suites }: History) =>
  all.map(({ is, suite, experiment, series }) => {
    const one = suites[suite]?.experiments[experiment]
    return [is, one?.name, series === null ? '' : one?.series[series]?.name].join(' ').trim()
  })

describe('a history', () => {
  it('is the same in whatever order the journals come, and however often', () => {
    const shuffled = fc.shuffledSubarray(JOURNALS, { minLength: JOURNALS.length })
    fc.assert(
      fc.property(shuffled, (journals) => {
        expect(history(journals)).toEqual(history(JOURNALS))
      }),
      { numRuns: 5 },
    )
    const twice = history([...JOURNALS, ...JOURNALS])
    expect(twice.suites).toEqual(history(JOURNALS).suites)
    expect(twice.left).toHaveLength(JOURNALS.length)
    expect(twice.left[0]).toMatchObject({ broken: false, why: expect.stringContaining('the same run as') })
  })

  it('counts every run once, by suite and by month, months without runs too', () => {
    const { months, suites, month } = history(JOURNALS)
    expect(month).toBe('2026-11')
    expect(suites.map(({ name, runs }) => [name, runs.length])).toEqual([
      ['checkout', 44],
      ['payments', 14],
    ])
    const runs = months.flatMap(({ runs: of }) => Object.values(of)).reduce((sum, count) => sum + count, 0)
    expect(runs).toBe(JOURNALS.length)
    const gap = history([JOURNALS[0], JOURNALS[43]].flatMap((one) => one ?? []))
    expect(gap.months.map((one) => one.month)).toEqual([
      '2026-06',
      '2026-07',
      '2026-08',
      '2026-09',
      '2026-10',
      '2026-11',
    ])
  })

  it('of a month knows nothing of later ones', () => {
    const october = history(JOURNALS, '2026-10')
    expect(october.month).toBe('2026-10')
    expect(october.suites.flatMap(({ runs }) => runs).every(({ atMs }) => atMs < Date.UTC(2026, 10))).toBe(true)
    expect(news(october)).not.toContain('broke store cannot be reached')
    expect(news(history(JOURNALS))).toContain('broke store cannot be reached')
    expect(buildHistory(found(JOURNALS), [], '2026-05')).toBeUndefined()
  })

  it('is the same without what it does not look at', () => {
    expect(history(JOURNALS.map(slim))).toEqual(history(JOURNALS))
    expect(JSON.stringify(JOURNALS.map(slim)).length).toBeLessThan(JSON.stringify(JOURNALS).length)
  })

  it('leaves out parts of runs, and times that are none', () => {
    const parts = shardJournals([facts(), facts()], 2)
    const [first] = JOURNALS
    if (!first) throw new Error('a journal was expected')
    const odd = { ...first, run: { ...first.run, id: 'r-odd', startedAtMs: 1e300 } }
    const { left, suites } = history([...parts, odd, first])
    expect(left.map(({ why, broken }) => [why, broken])).toEqual([
      ['it is a part of a run: merge its shards', false],
      ['it is a part of a run: merge its shards', false],
      ['its time is none', true],
    ])
    expect(suites).toHaveLength(1)
    expect(buildHistory(found(parts), [])).toBeUndefined()
  })
})

describe('what is new', () => {
  it('names what broke, got worse and is flaky, most urgent first', () => {
    expect(news(history(JOURNALS))).toEqual([
      'broke store cannot be reached',
      'worse one web pod dies p99 rise',
      'worse one web pod dies recovery',
      'flaky api slows down',
    ])
  })

  it('names what came, went, and holds again', () => {
    const checkout = JOURNALS.filter(({ suite }) => suite.name === 'checkout')
    expect(news(history(checkout.slice(0, 38), '2026-10'))).toContain('new store cannot be reached')
    const without = checkout.map((journal, run) =>
      run < 43
        ? journal
        : { ...journal, experiments: journal.experiments.filter(({ name }) => name !== 'api slows down') },
    )
    expect(news(history(without))).toContain('gone api slows down')
    const mended = checkout.map((journal, run) =>
      run < 43 ? journal : { ...journal, experiments: checkout[38]?.experiments ?? [] },
    )
    expect(news(history(mended))).toContain('mended store cannot be reached')
  })
})

const seriesOf = (values: readonly (number | null)[], over: Partial<Uncompared> = {}): Uncompared => ({
  kind: 'objective',
  name: 'p99',
  means: 'p99',
  unit: 'ms',
  need: { kind: 'below', value: 300 },
  goodSide: 'low',
  points: values.map((value, run) => ({ run, value, low: value, high: value, verdict: 'pass', comparable: true })),
  ...over,
})
const STEADY = [101, 99, 103, 98, 102, 97, 104, 100, 96, 105]
const change = (series: Uncompared) => withChanges([series])[0]?.change

describe('worse and better', () => {
  it('are said of a clear move, on the side that is bad, and not of too few', () => {
    const higher = [...STEADY, 151, 149, 153, 148, 152]
    expect(change(seriesOf(higher))).toMatchObject({ is: 'worse', lately: { n: 5, median: 151 }, before: { n: 10 } })
    expect(change(seriesOf(higher, { goodSide: 'high' }))).toMatchObject({ is: 'better' })
    expect(change(seriesOf(higher.slice(-9)))).toMatchObject({ is: 'too-few', pValue: null })
    expect(change(seriesOf([...STEADY, ...STEADY.slice(0, 5)]))).toMatchObject({ is: 'same' })
  })

  it('are the exact rank test: 5 above all of 10 has one chance in 3003 each way', () => {
    expect(change(seriesOf([...STEADY, 151, 149, 153, 148, 152]))?.pValue).toBeCloseTo(2 / 3003, 12)
  })

  it('need a move that matters, however sure it is', () => {
    const slightly = STEADY.map((value) => 1_000 + value / 100)
    const series = [...slightly, 1_001.2, 1_001.3, 1_001.4, 1_001.5, 1_001.6]
    expect(change(seriesOf(series))).toMatchObject({ is: 'same', pValue: expect.closeTo(2 / 3003, 12) })
  })

  it('take what could not be measured for its bound, and nothing from under another fault', () => {
    const lost = seriesOf([...STEADY, null, null, null, null, null])
    const beyond = {
      ...lost,
      points: lost.points.map((point) => (point.value === null ? { ...point, low: 2_000 + point.run } : point)),
    }
    expect(change(beyond)).toMatchObject({ is: 'worse' })
    const other = { ...beyond, points: beyond.points.map((point) => ({ ...point, comparable: point.run >= 10 })) }
    expect(change(other)).toMatchObject({ is: 'too-few' })
  })

  it('are rarely said where nothing changed, over all numbers of a suite together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: 50, max: 150, noNaN: true }), { minLength: 20, maxLength: 20 }), {
          minLength: 10,
          maxLength: 10,
        }),
        (rows) => {
          const changed = withChanges(rows.map((row) => seriesOf(row)))
          for (const { change: one } of changed)
            if (one.is === 'worse' || one.is === 'better') expect(one.pValue).toBeLessThanOrEqual(0.05)
        },
      ),
      { numRuns: 50 },
    )
    const random = seededRandom(5)
    const suites = Array.from({ length: 400 }, () =>
      withChanges(Array.from({ length: 8 }, () => seriesOf(Array.from({ length: 30 }, () => 50 + 100 * random())))),
    )
    const alarmed = suites.filter((suite) =>
      suite.some(({ change: { is } }) => is === 'worse' || is === 'better'),
    ).length
    // Five in a hundred at most; with 400 suites more than 36 would have a chance below one in ten thousand.
    expect(alarmed).toBeLessThanOrEqual(36)
  })
})

describe('flakiness', () => {
  it('is two answers on one commit, or back and forth; one change is none', () => {
    const { suites } = history(JOURNALS)
    const byName = new Map(suites[0]?.experiments.map((one) => [one.name, one.flakiness]))
    expect(byName.get('api slows down')).toMatchObject({ flaky: true, judged: 44 })
    expect(byName.get('api slows down')?.sameCommit.differed).toBeGreaterThan(0)
    expect(byName.get('api slows down')?.inconclusive.count).toBeGreaterThan(0)
    expect(byName.get('store cannot be reached')).toMatchObject({ flaky: false, neighbours: { pairs: 6, differed: 1 } })
    expect(byName.get('one web pod dies')).toMatchObject({ flaky: false, neighbours: { differed: 0 } })
  })
})
