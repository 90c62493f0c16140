import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import type { PlannedObjective } from '../../src/model/plan.ts'
import type { WindowSpan } from '../../src/model/ports.ts'
import type { ReasonCode } from '../../src/model/verdict.ts'
import { createObserver } from '../../src/observe/create-observer.ts'
import { checkPrometheus } from '../../src/observe/prometheus/check-prometheus.ts'
import { queryScalar } from '../../src/observe/prometheus/query-scalar.ts'
import {
  type FakePrometheus,
  failure,
  matrix,
  noVector,
  type Question,
  type Reply,
  startFakePrometheus,
} from '../fakes/prometheus.ts'
import { deadUrl } from '../traffic/servers.ts'
import { histogramQuantile, histogramUnder, ratio, recordsFrom, sums, trafficOf, value } from './objectives.ts'

const SCRAPE_MS = 1_000
const SLICES = 10
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})
async function fake(reply: (question: Question) => Reply | undefined): Promise<FakePrometheus> {
  const started = await startFakePrometheus(reply)
  stops.push(started.stop)
  return started
}

/** A window that was scraped to its end a while ago, so that nothing waits. */
const END_MS = Math.floor(Date.now() / 1_000) * 1_000 - 5_000
const SPAN: WindowSpan = { window: 'fault', startMs: END_MS - SLICES * SCRAPE_MS, endMs: END_MS, sliceMs: 1_000 }

/** Scrapes of one series, from the one before the window to the one after its end; the middle of each slice, to be clear of edges. */
function scrapes(
  of: (index: number) => number | string,
  skip: (index: number) => boolean = () => false,
): (readonly [number, number | string])[] {
  return Array.from(
    { length: SLICES + 2 },
    (_, index) => [SPAN.startMs + (index - 1) * SCRAPE_MS + 250, of(index)] as const,
  ).filter((_, index) => !skip(index))
}
const WEB = { __name__: 'http_requests_total', job: 'web', instance: 'a:1', code: '200' }
const WEB_BAD = { ...WEB, code: '500' }
const BAD = 'http_requests_total{code=~"5.."}'
const TOTAL = 'http_requests_total'
const counting = scrapes((index) => 100 + index * 10)

async function measure(
  url: string,
  what: PlannedObjective,
  changes: {
    readonly span?: Partial<WindowSpan>
    readonly token?: string
    readonly namespace?: string
    readonly deadlineMs?: number
  } = {},
) {
  const observer = createObserver({
    traffic: trafficOf(recordsFrom([], 1_000)),
    prometheusUrl: url,
    scrapeMs: SCRAPE_MS,
    token: changes.token,
    clock: systemClock,
    placeholders: { namespace: changes.namespace },
    deadlineMs: changes.deadlineMs ?? 20_000,
  })
  return observer.measure(what, { ...SPAN, ...changes.span })
}

/** Answers the range selectors of bad and total; everything else as an ordinary server. */
const counters =
  (total: Reply, bad: Reply, others: (question: Question) => Reply | undefined = () => undefined) =>
  (question: Question) =>
    question.query.startsWith(`${BAD}[`) ? bad : question.query.startsWith(`${TOTAL}[`) ? total : others(question)
const answerAll = (reply: Reply) => (question: Question) => (question.query === 'time()' ? undefined : reply)

const buckets = (counts: Readonly<Record<string, number>>) =>
  matrix(
    ...Object.entries(counts).map(
      ([le, each]) =>
        [{ __name__: 'h_bucket', job: 'web', instance: 'a:1', le }, scrapes((index) => index * each)] as const,
    ),
  )

interface Case {
  readonly name: string
  readonly reply: (question: Question) => Reply | undefined
  readonly objective?: PlannedObjective
  readonly code: ReasonCode
  readonly detail: RegExp
  /** Some numbers are true and are kept, beside the problem. */
  readonly keepsNumbers?: boolean
  readonly window?: WindowSpan['window']
  readonly namespace?: string
  /** Prometheus is asked again and again, or does not answer: the deadline is what ends it. */
  readonly waits?: true
}

const html = '<!doctype html><title>Sign in</title>'
const vectorOf = (...values: readonly string[]): Reply => ({
  data: {
    resultType: 'vector',
    result: values.map((text, index) => ({ metric: { i: `${index}` }, value: [1, text] })),
  },
})
const skewed =
  (ms: number) =>
  (question: Question): Reply | undefined =>
    question.query === 'time()'
      ? { data: { resultType: 'scalar', result: [1, String((Date.now() + ms) / 1_000)] } }
      : counters(matrix([WEB, counting]), matrix([WEB_BAD, counting]))(question)

const cases: readonly Case[] = [
  // The way there.
  {
    name: 'a connection that is reset',
    waits: true,
    reply: () => ({ do: (answer) => answer.socket?.resetAndDestroy() }),
    code: 'NO_DATA',
    detail: /reset|closed/,
  },
  { name: 'no answer at all', reply: () => ({ do: () => {} }), code: 'NO_DATA', detail: /no answer within/ },
  {
    name: 'an answer that never ends',
    waits: true,
    reply: () => ({ do: (answer) => answer.writeHead(200).write('{"status":') }),
    code: 'NO_DATA',
    detail: /no answer within/,
  },
  {
    name: 'an answer that is cut short',
    waits: true,
    reply: () => ({
      do: (answer) => answer.writeHead(200, { 'content-length': 999 }).write('{', () => answer.destroy()),
    }),
    code: 'NO_DATA',
    detail: /reset|closed/,
  },
  {
    name: 'truncated JSON',
    reply: () => ({ text: '{"status":"success","data":{"resultTy' }),
    code: 'NO_DATA',
    detail: /not its API/,
  },
  { name: 'an empty body', reply: () => ({ text: '' }), code: 'NO_DATA', detail: /not its API/ },
  { name: 'JSON of something else', reply: () => ({ text: '{"ok":true}' }), code: 'NO_DATA', detail: /not its API/ },
  {
    name: 'a login page with status 200',
    reply: () => ({ text: html, type: 'text/html' }),
    code: 'NO_DATA',
    detail: /web page, perhaps a login/,
  },
  {
    name: 'a redirect to a login',
    reply: () => ({ status: 302, headers: { location: 'https://login.example/?token=s3cret' }, text: '' }),
    code: 'NO_DATA',
    detail: /redirects \(302\)/,
  },
  {
    name: 'a missing token',
    reply: () => ({ status: 401, text: html }),
    code: 'NO_DATA',
    detail: /refused access \(401\)/,
  },
  {
    name: 'a token without rights',
    reply: () => failure(403, 'forbidden', 'no'),
    code: 'NO_DATA',
    detail: /refused access \(403\)/,
  },
  {
    name: 'a wrong path',
    reply: () => ({ status: 404, text: '404 page not found', type: 'text/plain' }),
    code: 'NO_DATA',
    detail: /status 404/,
  },
  {
    name: 'a gateway that fails',
    waits: true,
    reply: () => ({ status: 502, text: html, type: 'text/html' }),
    code: 'NO_DATA',
    detail: /web page.*502/,
  },
  {
    name: 'an overloaded server',
    waits: true,
    reply: () => failure(503, 'unavailable', 'too busy'),
    code: 'NO_DATA',
    detail: /503 unavailable.*too busy/,
  },
  { name: 'a rate limit', reply: () => ({ status: 429, text: '' }), code: 'NO_DATA', detail: /429/ },
  {
    name: 'a success with the wrong status',
    waits: true,
    reply: () => ({ status: 500, text: '{"status":"success","data":{}}' }),
    code: 'NO_DATA',
    detail: /status 500/,
  },
  // Refused queries.
  {
    name: 'a query that is refused',
    reply: answerAll(failure(400, 'bad_data', 'parse error\n\u001b[2Jat 1:3')),
    code: 'NO_DATA',
    detail: /400 bad_data\): parse error \[2Jat 1:3$/,
  },
  {
    name: 'a query that cannot be run',
    reply: answerAll(failure(422, 'execution', 'too many samples')),
    code: 'NO_DATA',
    detail: /422 execution.*too many samples/,
  },
  {
    name: 'a query that takes too long',
    waits: true,
    reply: answerAll(failure(503, 'timeout', 'query timed out')),
    code: 'NO_DATA',
    detail: /query timed out/,
  },
  {
    name: 'an error with status 200',
    reply: answerAll({ text: '{"status":"error","error":"odd"}' }),
    code: 'NO_DATA',
    detail: /refused the query.*odd/,
  },
  {
    name: 'a vector in place of samples',
    reply: answerAll(vectorOf('1')),
    code: 'NO_DATA',
    detail: /form that is not known/,
  },
  {
    name: 'a rate where a counter is needed',
    reply: () => undefined,
    objective: ratio('rate(x[5m])', TOTAL),
    code: 'NO_DATA',
    detail: /calls a function/,
  },
  {
    name: 'a sum where a counter is needed',
    reply: () => undefined,
    objective: ratio(BAD, 'sum by (job) (x)'),
    code: 'NO_DATA',
    detail: /calls a function/,
  },
  {
    name: 'a namespace that there is not',
    reply: () => undefined,
    objective: ratio(BAD, 'x{namespace="$namespace"}'),
    code: 'NO_DATA',
    detail: /no namespace/,
  },
  {
    name: 'a placeholder outside quotes',
    reply: () => undefined,
    objective: ratio(BAD, 'x{namespace=$namespace}'),
    namespace: 'shop',
    code: 'NO_DATA',
    detail: /inside quotes/,
  },
  // Data that is not there.
  { name: 'an empty result', reply: () => undefined, code: 'NO_DATA', detail: /has no data in this window/ },
  {
    name: 'targets that were down',
    reply: counters(matrix(), matrix(), ({ query }) =>
      query.startsWith('up{') ? matrix([{ job: 'web' }, scrapes(() => 0)]) : undefined,
    ),
    objective: ratio(`${TOTAL}{job="web",code="500"}`, `${TOTAL}{job="web"}`),
    code: 'NO_DATA',
    detail: /could not be scraped.*up is 0/,
  },
  {
    name: 'samples from before the window only',
    reply: counters(
      matrix([
        WEB,
        scrapes(
          () => 7,
          (index) => index > 0,
        ),
      ]),
      matrix(),
    ),
    code: 'NO_DATA',
    detail: /stale: its last sample is 11 s older/,
  },
  {
    name: 'no event at all',
    reply: counters(matrix([WEB, scrapes(() => 7)]), matrix([WEB_BAD, scrapes(() => 7)])),
    code: 'NO_DATA',
    detail: /no event was counted/,
  },
  {
    name: 'a bad counter that does not exist',
    reply: counters(matrix([WEB, counting]), matrix()),
    objective: ratio('http_errors_total', TOTAL),
    code: 'NO_DATA',
    detail: /cannot be told from one that is 0/,
  },
  {
    name: 'a misspelt label',
    reply: counters(matrix([WEB, counting]), matrix()),
    objective: ratio(`${TOTAL}{status=~"5.."}`, TOTAL),
    code: 'NO_DATA',
    detail: /none of .* has a label "status"/,
  },
  // Data that cannot be counted.
  {
    name: 'NaN',
    reply: counters(matrix([WEB, scrapes((index) => (index === 4 ? 'NaN' : index))]), matrix([WEB_BAD, counting])),
    code: 'NO_DATA',
    detail: /holds NaN/,
  },
  {
    name: '+Inf',
    reply: counters(matrix([WEB, scrapes(() => '+Inf')]), matrix([WEB_BAD, counting])),
    code: 'NO_DATA',
    detail: /holds \+Inf/,
  },
  {
    name: '-Inf',
    reply: counters(matrix([WEB, scrapes(() => '-Inf')]), matrix([WEB_BAD, counting])),
    code: 'NO_DATA',
    detail: /holds -Inf/,
  },
  {
    name: 'a number that is none',
    reply: counters(matrix([WEB, scrapes(() => 'many')]), matrix([WEB_BAD, counting])),
    code: 'NO_DATA',
    detail: /holds many/,
  },
  {
    name: 'a counter below zero',
    reply: counters(matrix([WEB, scrapes((index) => index - 50)]), matrix([WEB_BAD, counting])),
    code: 'NO_DATA',
    detail: /never below zero/,
  },
  {
    name: 'seconds in place of events',
    reply: counters(matrix([WEB, scrapes((index) => index * 1.7)]), matrix([WEB_BAD, counting])),
    code: 'NO_DATA',
    detail: /not a whole number of events/,
  },
  {
    name: 'samples out of order',
    reply: counters(matrix([WEB, counting.toReversed()]), matrix([WEB_BAD, counting])),
    code: 'PARTIAL_DATA',
    detail: /not in order/,
  },
  {
    name: 'the same series twice',
    reply: counters(matrix([WEB, counting], [WEB, counting]), matrix([WEB_BAD, counting])),
    code: 'PARTIAL_DATA',
    detail: /same series twice/,
  },
  {
    name: 'two copies of a Prometheus',
    reply: counters(
      matrix([{ ...WEB, prometheus_replica: 'a' }, counting], [{ ...WEB, prometheus_replica: 'b' }, counting]),
      matrix([WEB_BAD, counting]),
    ),
    code: 'PARTIAL_DATA',
    detail: /same series twice/,
  },
  {
    name: 'a native histogram',
    reply: counters(
      { data: { resultType: 'matrix', result: [{ metric: WEB, histograms: [] }] } },
      matrix([WEB_BAD, counting]),
    ),
    code: 'NO_DATA',
    detail: /native histogram/,
  },
  {
    name: 'more bad than all',
    reply: counters(matrix([WEB, counting]), matrix([WEB_BAD, scrapes((index) => index * 99)])),
    code: 'PARTIAL_DATA',
    detail: /not a part of total/,
  },
  {
    name: 'too many series',
    reply: counters(
      {
        data: {
          resultType: 'matrix',
          result: Array.from({ length: 20_001 }, (_, index) => ({ metric: { i: `${index}` }, values: [] })),
        },
      },
      matrix(),
    ),
    code: 'NO_DATA',
    detail: /more than 20000/,
  },
  {
    name: 'a count of unknown age',
    reply: counters(
      matrix([
        WEB,
        scrapes(
          (index) => 1e6 + index,
          (index) => index < 5,
        ),
      ]),
      matrix([{ ...WEB_BAD, instance: 'b:1' }, scrapes(() => 0)]),
    ),
    code: 'PARTIAL_DATA',
    detail: /unknown age/,
    keepsNumbers: true,
  },
  // Data that is worth less.
  {
    name: 'warnings',
    reply: counters(
      { ...(matrix([WEB, counting]) as { data: unknown }), warnings: ['1 of 3 stores\nunavailable'] },
      matrix([WEB_BAD, counting]),
    ),
    code: 'PARTIAL_DATA',
    detail: /warns: 1 of 3 stores unavailable/,
    keepsNumbers: true,
  },
  {
    name: 'a clock that is ahead',
    reply: skewed(60_000),
    code: 'CLOCK_SKEW',
    detail: /differs from ours by \d+ ms, more than one scrape/,
  },
  { name: 'a clock that is behind', reply: skewed(-60_000), code: 'CLOCK_SKEW', detail: /by -\d+ ms/ },
  {
    name: 'a gauge that goes up and down',
    reply: counters(matrix([WEB, scrapes((index) => (index % 2) * 50)]), matrix([WEB_BAD, scrapes(() => 0)])),
    code: 'COUNTER_RESET',
    detail: /began again up to \d+ times/,
    keepsNumbers: true,
  },
  {
    name: 'a restart in the baseline',
    reply: counters(
      matrix([WEB, scrapes((index) => (index < 5 ? 100 + index : index))]),
      matrix([WEB_BAD, scrapes(() => 0)]),
    ),
    window: 'baseline',
    code: 'COUNTER_RESET',
    detail: /up to 1 times in the baseline, 0 expected/,
    keepsNumbers: true,
  },
  // Histograms.
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
  // Values.
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

function valueScrapes(of: (index: number) => number | string): (readonly [number, number | string])[] {
  return Array.from({ length: SLICES }, (_, index) => [SPAN.startMs + (index + 1) * SCRAPE_MS, of(index)] as const)
}

describe('whatever Prometheus does, the measurement says so', () => {
  it.each(cases)('$name', async ({ reply, objective, code, detail, keepsNumbers, window, namespace, waits }) => {
    const { url } = await fake(reply)
    const measurement = await measure(url, objective ?? ratio(BAD, TOTAL), {
      span: window ? { window } : {},
      ...(namespace ? { namespace } : {}),
      ...(waits ? { deadlineMs: 500 } : {}),
    })
    const problem = measurement.problems.find((one) => one.code === code && detail.test(one.detail))
    expect(problem, JSON.stringify(measurement.problems)).toBeDefined()
    expect(measurement.problems.every((one) => one.detail.length < 700 && !/\p{Cc}/u.test(one.detail))).toBe(true)
    expect(JSON.stringify(measurement)).not.toContain('s3cret')
    if (keepsNumbers) return
    expect(sums(measurement)).toEqual({ n: 0, bad: 0, badAtLeast: 0 })
    expect(measurement.slices.every((slice) => slice.value === null)).toBe(true)
    expect(measurement.histogram?.n ?? 0).toBe(0)
  })

  it('there are enough of them', () => {
    expect(cases.length).toBeGreaterThanOrEqual(50)
  })

  it('a server that is not there', async () => {
    const { problems } = await measure(await deadUrl(), ratio(BAD, TOTAL), { deadlineMs: 500 })
    expect(problems).toEqual([
      { code: 'NO_DATA', detail: expect.stringMatching(/did not answer: the connection was refused/) },
    ])
  })

  it('an answer without end is not read', async () => {
    const chunk = 'x'.repeat(1024 * 1024)
    const { url } = await fake(() => ({
      do: (answer) => {
        const write = () => {
          while (!answer.destroyed && answer.write(chunk));
        }
        answer.on('drain', write)
        write()
      },
    }))
    const { problems } = await measure(url, ratio(BAD, TOTAL), { deadlineMs: 20_000 })
    expect(problems).toEqual([{ code: 'NO_DATA', detail: expect.stringMatching(/too much data/) }])
  })

  it('a count of unknown age is left out, and what follows is counted', async () => {
    const { url } = await fake(
      counters(
        matrix([
          WEB,
          scrapes(
            (index) => 1e6 + index,
            (index) => index < 5,
          ),
        ]),
        matrix([{ ...WEB_BAD, instance: 'b:1' }, scrapes(() => 0)]),
      ),
    )
    expect(sums(await measure(url, ratio(BAD, TOTAL))).n).toBe(6)
  })
})

describe('counters that are read as they should be', () => {
  it('sums processes and labels, slice by slice', async () => {
    const { url, asked } = await fake(
      counters(
        matrix([WEB, counting], [WEB_BAD, scrapes((index) => index)], [{ ...WEB, instance: 'b:1' }, counting]),
        matrix([WEB_BAD, scrapes((index) => index)]),
      ),
    )
    const measurement = await measure(url, ratio(BAD, TOTAL))
    expect(measurement.problems).toEqual([])
    expect(measurement.slices.map(({ n, bad, badAtLeast }) => [n, bad, badAtLeast])).toEqual(
      Array.from({ length: SLICES }, () => [21, 1, 1]),
    )
    expect(measurement.queries).toEqual([`${BAD}[12000ms]`, `${TOTAL}[12000ms]`])
    expect(asked.filter(({ query }) => query !== 'time()')).toHaveLength(2)
  })

  it('counts a restart from zero', async () => {
    const restarted = scrapes((index) => (index < 6 ? 100 + index * 10 : (index - 6) * 10 + 4))
    const { url } = await fake(counters(matrix([WEB, restarted]), matrix([WEB_BAD, scrapes(() => 0)])))
    const measurement = await measure(url, ratio(BAD, TOTAL))
    expect(measurement.problems).toEqual([])
    expect(sums(measurement).n).toBe(4 * 10 + 10 + 4 + 4 * 10)
  })

  it('takes a missing series of errors for none, where the label is right', async () => {
    const { url } = await fake(counters(matrix([WEB, counting]), matrix()))
    const measurement = await measure(url, ratio(BAD, TOTAL))
    expect(measurement.problems).toEqual([])
    expect(sums(measurement)).toEqual({ n: 100, bad: 0, badAtLeast: 0 })
  })

  it('counts the first errors of a process that was scraped before', async () => {
    const first = scrapes(
      (index) => index - 4,
      (index) => index < 5,
    )
    const { url } = await fake(counters(matrix([WEB, counting], [WEB_BAD, first]), matrix([WEB_BAD, first])))
    const measurement = await measure(url, ratio(BAD, TOTAL))
    expect(measurement.problems).toEqual([])
    expect(sums(measurement)).toEqual({ n: 107, bad: 7, badAtLeast: 7 })
  })

  const newReplica = scrapes(
    (index) => (index - 4) * 3,
    (index) => index < 5,
  )
  const NEW = { ...WEB, instance: 'new:1' }
  it.each([
    [
      'a new replica of a working Prometheus',
      ({ query }: Question) => (query === 'count(up)' ? vectorOf('3') : undefined),
      121,
      [],
    ],
    [
      'a process that says it is young',
      ({ query }: Question) =>
        query.startsWith('process_start_time_seconds')
          ? matrix([NEW, scrapes(() => SPAN.startMs / 1_000 + 3)])
          : undefined,
      121,
      [],
    ],
    [
      'a process that says it is old',
      ({ query }: Question) =>
        query === 'count(up)'
          ? vectorOf('3')
          : query.startsWith('process_start_time_seconds')
            ? matrix([NEW, scrapes(() => 1)])
            : undefined,
      118,
      ['PARTIAL_DATA'],
    ],
    [
      'a target that was up a moment ago',
      ({ query }: Question) =>
        query.startsWith('up{') ? matrix([{ ...NEW, __name__: 'up' }, scrapes(() => 1)]) : undefined,
      121,
      [],
    ],
    [
      'a target that was only out of reach',
      ({ query }: Question) =>
        query.startsWith('last_over_time')
          ? { data: { resultType: 'vector', result: [{ metric: NEW, value: [1, '1'] }] } }
          : undefined,
      118,
      [],
    ],
    [
      'a target that came back younger',
      ({ query }: Question) =>
        query.startsWith('last_over_time')
          ? { data: { resultType: 'vector', result: [{ metric: NEW, value: [1, '999'] }] } }
          : undefined,
      121,
      [],
    ],
  ] as const)('%s', async (_, others, n, codes) => {
    const { url } = await fake(
      counters(matrix([WEB, counting], [NEW, newReplica]), matrix([WEB_BAD, scrapes(() => 0)]), others),
    )
    const measurement = await measure(url, ratio(BAD, TOTAL))
    expect(measurement.problems.map(({ code }) => code)).toEqual(codes)
    expect(sums(measurement).n).toBe(n)
  })

  it('leaves slices empty in which nothing was scraped, and loses no count', async () => {
    const { url } = await fake(
      counters(
        matrix([
          WEB,
          scrapes(
            (index) => index * 10,
            (index) => index > 3 && index < 7,
          ),
        ]),
        matrix([WEB_BAD, scrapes(() => 0)]),
      ),
    )
    const measurement = await measure(url, ratio(BAD, TOTAL))
    expect(measurement.slices.filter(({ n }) => n === 0)).toHaveLength(3)
    expect(sums(measurement).n).toBe(100)
  })

  it('is not led astray by scrapes that are some milliseconds early or late', async () => {
    const jitter = (index: number) =>
      SPAN.startMs + (index - 1) * SCRAPE_MS + SCRAPE_MS / 2 + (index % 2 === 0 ? 3 : -3)
    const samples = Array.from({ length: SLICES + 2 }, (_, index) => [jitter(index), index * 10] as const)
    const { url } = await fake(
      counters(matrix([WEB, samples]), matrix([WEB_BAD, samples.map(([time]) => [time, 0] as const)])),
    )
    const { slices } = await measure(url, ratio(BAD, TOTAL))
    expect(slices.filter(({ n }) => n === 0).length).toBeLessThanOrEqual(1)
  })

  it('asks again after a passing failure', async () => {
    let failures = 2
    const { url } = await fake((question) => {
      if (failures > 0) {
        failures -= 1
        return failure(503, 'unavailable', 'starting')
      }
      return counters(matrix([WEB, counting]), matrix([WEB_BAD, scrapes(() => 0)]))(question)
    })
    const measurement = await measure(url, ratio(BAD, TOTAL), { deadlineMs: 10_000 })
    expect(measurement.problems).toEqual([])
    expect(sums(measurement).n).toBe(100)
  })

  it('does not repeat a query that is refused', async () => {
    const { url, asked } = await fake(answerAll(failure(400, 'bad_data', 'no')))
    await measure(url, value('x{}'), { deadlineMs: 10_000 })
    expect(asked.filter(({ path, query }) => path === 'query_range' && query === 'x{}')).toHaveLength(1)
  })

  it('sends the token, and long queries as a form', async () => {
    const { url, asked } = await fake(() => undefined)
    const measurement = await measure(url, ratio(`x{a="${'y'.repeat(3_000)}"}`, 'x'), { token: 't0ken-value' })
    expect(asked.every(({ authorization }) => authorization === 'Bearer t0ken-value')).toBe(true)
    expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(['GET', 'POST']))
    expect(JSON.stringify(measurement)).not.toContain('t0ken-value')
  })
})

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

describe('a check of Prometheus', () => {
  const setting = (url: string) => ({
    url,
    token: undefined,
    scrapeMs: SCRAPE_MS,
    clock: systemClock,
    deadlineMs: 300,
    placeholders: { namespace: 'shop' },
  })

  it('gives its version', async () => {
    const { url } = await fake(() => undefined)
    expect(await checkPrometheus(setting(`${url}/prefix/`))).toEqual({
      version: '2.42.0',
      skewMs: expect.closeTo(0, -2),
      problems: [],
    })
  })
  it('is content without one', async () => {
    const { url } = await fake(({ path }) => (path === 'status/buildinfo' ? { status: 404, text: '' } : undefined))
    expect(await checkPrometheus(setting(url))).toMatchObject({ version: undefined, problems: [] })
  })
  it('finds a dead one, and one with another time', async () => {
    expect(await checkPrometheus(setting(await deadUrl()))).toMatchObject({ problems: [{ code: 'NO_DATA' }] })
    const { url } = await fake(skewed(30_000))
    expect(await checkPrometheus(setting(url))).toMatchObject({ version: '2.42.0', problems: [{ code: 'CLOCK_SKEW' }] })
  })
  it('shows no password of an address', async () => {
    const address = new URL(await deadUrl())
    address.username = 'admin'
    address.password = 'pa55word'
    expect(JSON.stringify(await checkPrometheus(setting(address.href)))).not.toContain('pa55word')
  })

  it.each([
    ['a number', vectorOf('4.5'), 4.5, undefined],
    ['a scalar', { data: { resultType: 'scalar', result: [1, '7'] } }, 7, undefined],
    ['nothing', noVector, undefined, /gives nothing/],
    ['several numbers', vectorOf('1', '2'), undefined, /2 values/],
    ['NaN', vectorOf('NaN'), undefined, /gives NaN/],
    ['infinity', vectorOf('+Inf'), undefined, /gives \+Inf/],
    ['an error', failure(400, 'bad_data', 'no'), undefined, /refused the query/],
  ] as const)('a scalar query with %s', async (_, reply, expected, why) => {
    const { url, asked } = await fake(() => reply)
    const { value: read, problems } = await queryScalar(setting(url), 'x{n="$namespace"}')
    expect(read).toBe(expected)
    expect(asked[0]?.query).toBe('x{n="shop"}')
    if (why) expect(problems).toEqual([{ code: 'NO_DATA', detail: expect.stringMatching(why) }])
    else expect(problems).toEqual([])
  })
})
