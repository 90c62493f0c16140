import { describe, expect, it } from 'vitest'
import { failure, matrix, type Question } from '../fakes/prometheus.ts'
import {
  answerAll,
  BAD,
  counters,
  counting,
  fake,
  lateAndOld,
  measure,
  SCRAPE_MS,
  SLICES,
  SPAN,
  scrapes,
  TOTAL,
  vectorOf,
  WEB,
  WEB_BAD,
} from './fake-window.ts'
import { ratio, sums, value } from './objectives.ts'

describe('a count of unknown age', () => {
  it('is left out, and what follows is counted: fewer good ones than there were spoil nothing', async () => {
    const { url } = await fake(
      counters(matrix([WEB, lateAndOld]), matrix([{ ...WEB_BAD, instance: 'b:1' }, scrapes(() => 0)])),
    )
    const measurement = await measure(url, ratio(BAD, TOTAL))
    expect(sums(measurement).n).toBe(6)
    expect(measurement.problems).toEqual([])
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
      [],
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
