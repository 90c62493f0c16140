import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import type { PlannedObjective } from '../../src/model/plan.ts'
import type { WindowSpan } from '../../src/model/ports.ts'
import { createObserver } from '../../src/observe/create-observer.ts'
import { checkPrometheus } from '../../src/observe/prometheus/check-prometheus.ts'
import { queryScalar } from '../../src/observe/prometheus/query-scalar.ts'
import { type PrometheusProcess, startPrometheus, withoutPrometheus } from '../fakes/prometheus-process.ts'
import { type MetricsServer, startMetricsServer } from './metrics-server.ts'
import { histogramQuantile, histogramUnder, ratio, recordsFrom, sums, trafficOf, value } from './objectives.ts'

const SCRAPE_MS = 1_000
/** A name that a hostile pull request could give a namespace, and that is the label of a real series here. */
const HOSTILE = 'shop"} or vector(1) # \\'
const BAD = 'http_requests_total{namespace="$namespace",code=~"5.."}'
const TOTAL = 'http_requests_total{namespace="$namespace"}'

/** What the service of one scenario did, and when. */
interface Scenario {
  readonly span: WindowSpan
  readonly n: number
  readonly bad: number
}

describe.skipIf(withoutPrometheus)('a real Prometheus', () => {
  let prometheus: PrometheusProcess
  let servers: readonly MetricsServer[] = []
  let busy: Scenario
  let quiet: WindowSpan
  let broken: Scenario
  let gone: { readonly span: WindowSpan; readonly target: string }

  beforeAll(async () => {
    servers = [
      await startMetricsServer(HOSTILE),
      await startMetricsServer('restarts'),
      await startMetricsServer('gone'),
    ]
    const [first, second, third] = servers as [MetricsServer, MetricsServer, MetricsServer]
    prometheus = await startPrometheus(
      servers.map(({ target }) => target),
      SCRAPE_MS,
    )
    await Promise.all(servers.map((server) => afterScrapes(server, 3)))
    const [one, two, three] = await Promise.all([beBusy(first), breakDown(second), goAway(third)])
    busy = one.busy
    quiet = one.quiet
    broken = two
    gone = three
  })
  afterAll(async () => {
    await prometheus?.stop()
    for (const server of servers) await server.down()
  })

  const measure = (what: PlannedObjective, span: WindowSpan, namespace: string | undefined = HOSTILE) =>
    createObserver({
      traffic: trafficOf(recordsFrom([], 1_000)),
      prometheusUrl: prometheus.url,
      scrapeMs: SCRAPE_MS,
      token: undefined,
      clock: systemClock,
      placeholders: { namespace },
    }).measure(what, span)

  it('gives exactly what the service counted, also the first errors of its life', async () => {
    const measurement = await measure(ratio(BAD, TOTAL), busy.span)
    expect(measurement.problems).toEqual([])
    expect(sums(measurement)).toEqual({ n: busy.n, bad: busy.bad, badAtLeast: busy.bad })
    expect(measurement.slices.every(({ n, bad }) => bad <= n)).toBe(true)
  })

  it('gives every event to one of two windows that adjoin', async () => {
    for (const share of [0.3, 0.5, 0.62]) {
      const middle = Math.round(busy.span.startMs + (busy.span.endMs - busy.span.startMs) * share)
      const halves = await Promise.all([
        measure(ratio(BAD, TOTAL), { ...busy.span, endMs: middle }),
        measure(ratio(BAD, TOTAL), { ...busy.span, startMs: middle }),
      ])
      expect(sums(halves[0]).n + sums(halves[1]).n).toBe(busy.n)
      expect(sums(halves[0]).bad + sums(halves[1]).bad).toBe(busy.bad)
    }
  })

  it('reads its histograms and values', async () => {
    const under = await measure(histogramUnder('http_seconds{namespace="$namespace"}', 100), busy.span)
    expect(under.problems).toEqual([])
    expect(sums(under)).toEqual({ n: 60, bad: 40, badAtLeast: 40 })
    expect(sums(await measure(histogramUnder('http_seconds{namespace="$namespace"}', 200), busy.span))).toEqual({
      n: 60,
      bad: 40,
      badAtLeast: 20,
    })
    const { histogram } = await measure(histogramQuantile('http_seconds{namespace="$namespace"}', 0.9), busy.span)
    expect(histogram).toEqual({
      buckets: [
        [100, 20],
        [300, 20],
        [1_000, 0],
      ],
      overflow: 20,
      overflowFromMs: 1_000,
      n: 60,
      precision: 0,
    })
    const lag = await measure(value('max(queue_lag_seconds{namespace="$namespace"})'), busy.span)
    expect(lag.problems).toEqual([])
    expect(lag.slices.map((slice) => slice.value)).toEqual(lag.slices.map(() => 5))
  })

  it('counts over a gap and a restart of the process', async () => {
    const measurement = await measure(ratio(BAD, TOTAL), broken.span, 'restarts')
    expect(measurement.problems).toEqual([])
    expect(sums(measurement)).toEqual({ n: broken.n, bad: broken.bad, badAtLeast: broken.bad })
    expect(measurement.slices.some(({ n }) => n === 0)).toBe(true)
    const baseline = await measure(ratio(BAD, TOTAL), { ...broken.span, window: 'baseline' }, 'restarts')
    expect(baseline.problems).toEqual([{ code: 'COUNTER_RESET', detail: expect.stringContaining('0 expected') }])
  })

  it('does not take the last value of a process that is gone for a fresh one', async () => {
    const lag = await measure(value('max(queue_lag_seconds{namespace="restarts"})'), broken.span)
    expect(lag.slices.some((slice) => slice.value === null)).toBe(true)
    expect(lag.slices.some((slice) => slice.value === 5)).toBe(true)
  })

  it('says that nothing happened, and that nothing is there', async () => {
    expect((await measure(ratio(BAD, TOTAL), quiet)).problems).toEqual([
      { code: 'NO_DATA', detail: 'no event was counted in this window' },
    ])
    expect((await measure(ratio(BAD, 'no_such_metric'), quiet)).problems).toEqual([
      { code: 'NO_DATA', detail: expect.stringContaining('has no data in this window') },
    ])
    expect((await measure(ratio('x{', 'x{'), quiet)).problems).toEqual([
      { code: 'NO_DATA', detail: expect.stringContaining('not a plain selector') },
    ])
    expect((await measure(ratio('x{a=~"("}', 'x{a=~"("}'), quiet)).problems).toEqual([
      { code: 'NO_DATA', detail: expect.stringContaining('400 bad_data') },
    ])
    expect((await measure(ratio('{}', '{}'), quiet)).problems).toEqual([
      { code: 'NO_DATA', detail: expect.stringContaining('400 bad_data') },
    ])
  })

  it.each([
    'shop"} or vector(1) #',
    '"} or http_requests_total{code="200',
    '\\',
    '\\"} or vector(1) #',
    "' or vector(1)",
    '.*',
    '.+|',
    '',
    '\n"} or vector(1)',
    '$namespace',
    '"}[5m]) or vector(1) #',
    '\u0000',
    '\u2028',
    '🚢',
  ])('a namespace called %j stays a name', async (namespace) => {
    const total = await measure(ratio(BAD, TOTAL), busy.span, namespace)
    const regex = await measure(
      ratio('http_requests_total{namespace=~"$namespace",code="500"}', 'http_requests_total{namespace=~"$namespace"}'),
      busy.span,
      namespace,
    )
    const single = await measure(
      ratio("http_requests_total{namespace='$namespace',code='500'}", "http_requests_total{namespace='$namespace'}"),
      busy.span,
      namespace,
    )
    const lag = await measure(value('max(queue_lag_seconds{namespace="$namespace"})'), busy.span, namespace)
    for (const measurement of [total, regex, single, lag]) {
      expect(sums(measurement)).toEqual({ n: 0, bad: 0, badAtLeast: 0 })
      expect(measurement.problems.map(({ code }) => code)).toEqual(['NO_DATA'])
      // Prometheus took the query as it was meant, and found nothing; it did not refuse a broken one.
      expect(measurement.problems[0]?.detail).not.toMatch(/refused|parse/)
    }
  })

  it('finds the series of a hostile name, in either kind of matcher', async () => {
    for (const operator of ['=', '=~']) {
      const measurement = await measure(
        ratio(
          `http_requests_total{namespace${operator}"$namespace",code="500"}`,
          `http_requests_total{namespace${operator}"$namespace"}`,
        ),
        busy.span,
      )
      expect(measurement.problems).toEqual([])
      expect(sums(measurement).n).toBe(busy.n)
    }
  })

  it('is checked before anything depends on it, and answers single questions', async () => {
    const setting = {
      url: prometheus.url,
      token: undefined,
      scrapeMs: SCRAPE_MS,
      clock: systemClock,
      placeholders: { namespace: HOSTILE },
    }
    expect(await checkPrometheus(setting)).toEqual({
      version: expect.stringMatching(/^\d+\.\d+/),
      skewMs: expect.any(Number),
      problems: [],
    })
    expect(await queryScalar(setting, 'max(queue_lag_seconds{namespace="$namespace"})')).toEqual({
      value: 5,
      problems: [],
    })
    expect(await queryScalar(setting, 'sum(')).toMatchObject({ value: undefined, problems: [{ code: 'NO_DATA' }] })
  })

  it('says that a target was down for a whole window', async () => {
    const { problems } = await measure(
      ratio(
        `http_requests_total{instance="${gone.target}",code="500"}`,
        `http_requests_total{instance="${gone.target}"}`,
      ),
      gone.span,
    )
    expect(problems).toEqual([
      { code: 'NO_DATA', detail: expect.stringMatching(/could not be scraped in this window \(up is 0\)/) },
    ])
  })
})

/** Waits until this many more scrapes were made from now on. */
async function afterScrapes(server: MetricsServer, count: number): Promise<void> {
  const until = server.scrapes() + count
  while (server.scrapes() < until) await systemClock.sleep(10)
}

async function until(ms: number): Promise<void> {
  while (Date.now() < ms) await systemClock.sleep(10)
}

function spanOf(window: WindowSpan['window'], startMs: number): WindowSpan {
  return { window, startMs, endMs: Date.now(), sliceMs: 500 }
}

/** Answers quickly and slowly, then begins to fail; after that nothing happens for a while. */
async function beBusy(server: MetricsServer): Promise<{ readonly busy: Scenario; readonly quiet: WindowSpan }> {
  const startMs = Date.now()
  await afterScrapes(server, 2)
  for (let round = 0; round < 40; round += 1) {
    server.count('200', round % 2 === 0 ? 0.05 : 0.2)
    if (round >= 20) server.count('500', 2)
    await systemClock.sleep(40)
  }
  await afterScrapes(server, 2)
  const span = spanOf('baseline', startMs)
  await afterScrapes(server, 2)
  return { busy: { span, n: 60, bad: 20 }, quiet: spanOf('recovery', span.endMs) }
}

/** Counts, is gone for two scrapes, and counts again from zero. */
async function breakDown(server: MetricsServer): Promise<Scenario> {
  const startMs = Date.now()
  await afterScrapes(server, 2)
  for (let count = 0; count < 30; count += 1) server.count('200')
  await afterScrapes(server, 2)
  await server.down()
  await until(Date.now() + 2.2 * SCRAPE_MS)
  await server.up(true)
  for (let count = 0; count < 7; count += 1) server.count('200')
  server.count('500')
  await afterScrapes(server, 2)
  for (let count = 0; count < 5; count += 1) server.count('200')
  await afterScrapes(server, 2)
  return { span: spanOf('fault', startMs), n: 43, bad: 1 }
}

async function goAway(server: MetricsServer): Promise<{ readonly span: WindowSpan; readonly target: string }> {
  await server.down()
  const downMs = Date.now()
  await until(downMs + 5 * SCRAPE_MS)
  return { span: spanOf('fault', downMs + 2 * SCRAPE_MS), target: server.target }
}
