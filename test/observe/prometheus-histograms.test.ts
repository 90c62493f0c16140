import { describe, expect, it } from 'vitest'
import { matrix } from '../fakes/prometheus.ts'
import {
  answerAll,
  buckets,
  type Case,
  counting,
  expectProblems,
  fake,
  measure,
  SPAN,
  scrapes,
  valueScrapes,
} from './fake-window.ts'
import { histogramQuantile, histogramUnder, sums, value } from './objectives.ts'

const histograms: readonly Case[] = [
  {
    name: 'a histogram without +Inf',
    reply: answerAll(buckets({ 0.1: 1, 0.5: 2 })),
    objective: histogramUnder('h', 300),
    code: 'NO_DATA',
    detail: /no \+Inf bucket/,
  },
  {
    name: 'a bucket without an edge',
    reply: answerAll(matrix([{ __name__: 'h_bucket', job: 'web', instance: 'a:1' }, counting])),
    objective: histogramUnder('h', 300),
    code: 'NO_DATA',
    detail: /has no edge/,
  },
  {
    name: 'buckets that do not add up',
    reply: answerAll(buckets({ 0.1: 5, '+Inf': 2 })),
    objective: histogramUnder('h', 300),
    code: 'PARTIAL_DATA',
    detail: /do not add up/,
  },
  {
    name: 'a histogram with le',
    reply: () => undefined,
    objective: histogramUnder('h{le="0.5"}', 300),
    code: 'NO_DATA',
    detail: /does not name a histogram/,
  },
  {
    name: 'a histogram that does not exist',
    reply: () => undefined,
    objective: histogramQuantile('h', 0.99),
    code: 'NO_DATA',
    detail: /has no data/,
  },
  {
    name: 'a histogram that counts nothing',
    reply: answerAll(buckets({ 0.1: 0, '+Inf': 0 })),
    objective: histogramQuantile('h', 0.99),
    code: 'NO_DATA',
    detail: /no request was counted/,
  },
]

const values: readonly Case[] = [
  {
    name: 'several values',
    reply: ({ query }) =>
      query === 'lag' ? matrix([{ i: '1' }, valueScrapes(() => 1)], [{ i: '2' }, valueScrapes(() => 1)]) : undefined,
    objective: value('lag'),
    code: 'NO_DATA',
    detail: /2 series where one value is needed/,
  },
  { name: 'no value', reply: () => undefined, objective: value('lag'), code: 'NO_DATA', detail: /10 have no value/ },
  {
    name: 'values that are NaN',
    reply: ({ query }) => (query === 'lag' ? matrix([{}, valueScrapes(() => 'NaN')]) : undefined),
    objective: value('lag'),
    code: 'NO_DATA',
    detail: /10 are NaN/,
  },
  {
    name: 'values that are infinite',
    reply: ({ query }) => (query === 'lag' ? matrix([{}, valueScrapes(() => '+Inf')]) : undefined),
    objective: value('lag'),
    code: 'NO_DATA',
    detail: /10 are infinite/,
  },
  {
    name: 'some values that are NaN',
    reply: ({ query }) =>
      query === 'lag' ? matrix([{}, valueScrapes((index) => (index < 3 ? 'NaN' : 1))]) : undefined,
    objective: value('lag'),
    code: 'PARTIAL_DATA',
    detail: /3 are NaN/,
    keepsNumbers: true,
  },
  {
    name: 'values that are only repeated',
    reply: ({ query }) =>
      query === 'lag'
        ? matrix([{}, valueScrapes(() => 1)])
        : query === 'max(timestamp(lag))'
          ? matrix([{}, valueScrapes(() => SPAN.startMs / 1_000 - 60)])
          : undefined,
    objective: value('lag'),
    code: 'NO_DATA',
    detail: /10 are stale/,
  },
]

expectProblems('histograms that cannot be read', histograms)
expectProblems('values that cannot be read', values)

describe('histograms', () => {
  it('count exactly where a bucket ends at the limit', async () => {
    const { url } = await fake(answerAll(buckets({ 0.1: 5, 0.3: 8, '+Inf': 10 })))
    expect(sums(await measure(url, histogramUnder('h', 300)))).toEqual({ n: 100, bad: 20, badAtLeast: 20 })
  })
  it('say how many may have been slow where none does', async () => {
    const { url } = await fake(answerAll(buckets({ 0.1: 5, 0.3: 8, '+Inf': 10 })))
    expect(sums(await measure(url, histogramUnder('h', 200)))).toEqual({ n: 100, bad: 50, badAtLeast: 20 })
    expect(sums(await measure(url, histogramUnder('h_bucket', 50)))).toEqual({ n: 100, bad: 100, badAtLeast: 50 })
    expect(sums(await measure(url, histogramUnder('h', 1_000)))).toEqual({ n: 100, bad: 20, badAtLeast: 0 })
  })
  it('keep every bucket of a quantile, and what is beyond the last', async () => {
    const { url } = await fake(answerAll(buckets({ 0.1: 5, 0.2: 5, 0.3: 8, '+Inf': 10 })))
    const { histogram, slices, problems } = await measure(url, histogramQuantile('h', 0.5))
    expect(problems).toEqual([])
    expect(histogram).toEqual({
      buckets: [
        [100, 50],
        [200, 0],
        [300, 30],
      ],
      overflow: 20,
      overflowFromMs: 300,
      n: 100,
      precision: 0,
    })
    expect(slices[0]).toMatchObject({ n: 10, value: 100 })
  })
  it('keep only the edges that all processes share', async () => {
    const of = (instance: string, counts: Readonly<Record<string, number>>) =>
      Object.entries(counts).map(
        ([le, each]) => [{ __name__: 'h_bucket', job: 'web', instance, le }, scrapes((index) => index * each)] as const,
      )
    const { url } = await fake(
      answerAll(matrix(...of('a:1', { 0.1: 1, 0.5: 2, '+Inf': 2 }), ...of('b:1', { 0.2: 1, 0.5: 1, '+Inf': 3 }))),
    )
    const { histogram } = await measure(url, histogramQuantile('h', 0.99))
    expect(histogram).toMatchObject({ buckets: [[500, 30]], overflow: 20, n: 50 })
  })
})
