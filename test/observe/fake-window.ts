import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import type { PlannedObjective } from '../../src/model/plan.ts'
import type { WindowSpan } from '../../src/model/ports.ts'
import type { ReasonCode } from '../../src/model/verdict.ts'
import { createObserver } from '../../src/observe/create-observer.ts'
import { type FakePrometheus, matrix, type Question, type Reply, startFakePrometheus } from '../fakes/prometheus.ts'
import { ratio, recordsFrom, sums, trafficOf } from './objectives.ts'

export const SCRAPE_MS = 1_000
export const SLICES = 10
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})
export async function fake(reply: (question: Question) => Reply | undefined): Promise<FakePrometheus> {
  const started = await startFakePrometheus(reply)
  stops.push(started.stop)
  return started
}

/** A window that was scraped to its end a while ago, so that nothing waits. */
const END_MS = Math.floor(Date.now() / 1_000) * 1_000 - 5_000
export const SPAN: WindowSpan = { window: 'fault', startMs: END_MS - SLICES * SCRAPE_MS, endMs: END_MS, sliceMs: 1_000 }

/** Scrapes of one series, from the one before the window to the one after its end; the middle of each slice, to be clear of edges. */
export function scrapes(
  of: (index: number) => number | string,
  skip: (index: number) => boolean = () => false,
): (readonly [number, number | string])[] {
  return Array.from(
    { length: SLICES + 2 },
    (_, index) => [SPAN.startMs + (index - 1) * SCRAPE_MS + 250, of(index)] as const,
  ).filter((_, index) => !skip(index))
}
export const WEB = { __name__: 'http_requests_total', job: 'web', instance: 'a:1', code: '200' }
export const WEB_BAD = { ...WEB, code: '500' }
export const BAD = 'http_requests_total{code=~"5.."}'
export const TOTAL = 'http_requests_total'
export const counting = scrapes((index) => 100 + index * 10)

/** A series that is first seen in the middle of the window, and has counted for who knows how long. */
export const lateAndOld = scrapes(
  (index) => 1e6 + index,
  (index) => index < 5,
)

export async function measure(
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
export const counters =
  (total: Reply, bad: Reply, others: (question: Question) => Reply | undefined = () => undefined) =>
  (question: Question) =>
    question.query.startsWith(`${BAD}[`) ? bad : question.query.startsWith(`${TOTAL}[`) ? total : others(question)
export const answerAll = (reply: Reply) => (question: Question) => (question.query === 'time()' ? undefined : reply)

export const buckets = (counts: Readonly<Record<string, number>>) =>
  matrix(
    ...Object.entries(counts).map(
      ([le, each]) =>
        [{ __name__: 'h_bucket', job: 'web', instance: 'a:1', le }, scrapes((index) => index * each)] as const,
    ),
  )

export const html = '<!doctype html><title>Sign in</title>'
export const vectorOf = (...values: readonly string[]): Reply => ({
  data: {
    resultType: 'vector',
    result: values.map((text, index) => ({ metric: { i: `${index}` }, value: [1, text] })),
  },
})
export const skewed =
  (ms: number) =>
  (question: Question): Reply | undefined =>
    question.query === 'time()'
      ? { data: { resultType: 'scalar', result: [1, String((Date.now() + ms) / 1_000)] } }
      : counters(matrix([WEB, counting]), matrix([WEB_BAD, counting]))(question)

export function valueScrapes(of: (index: number) => number | string): (readonly [number, number | string])[] {
  return Array.from({ length: SLICES }, (_, index) => [SPAN.startMs + (index + 1) * SCRAPE_MS, of(index)] as const)
}

export interface Case {
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

/** Every case must give its problem, and no numbers that look fine. */
export function expectProblems(title: string, cases: readonly Case[]): void {
  describe(title, () => {
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
  })
}
