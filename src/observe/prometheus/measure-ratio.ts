import type { Problem, Slice } from '../../model/measurement.ts'
import type { WindowSpan } from '../../model/ports.ts'
import { emptySlices } from '../slice-grid.ts'
import type { Counted } from './increments.ts'
import { explainNoData } from './no-data.ts'
import type { PrometheusApi } from './prometheus-api.ts'
import { type CounterReading, readCounters } from './read-counters.ts'
import { type RestartsExpected, resetProblems } from './resets.ts'
import { parseSelector, type Selector } from './selector.ts'
import { quote, Unmeasurable } from './unmeasurable.ts'

/** What was read of an indicator in Prometheus, before it is a measurement. */
export interface Reading {
  readonly span: WindowSpan
  readonly slices: readonly Slice[]
  readonly problems: readonly Problem[]
  readonly queries: readonly string[]
}

/** Bad and all events by raw counters. Throws Unmeasurable where there is no number that could be trusted. */
export async function measureRatio(
  api: PrometheusApi,
  queries: { readonly bad: string; readonly total: string },
  span: WindowSpan,
  expected: RestartsExpected,
): Promise<Reading> {
  const bad = parseSelector(queries.bad)
  const total = parseSelector(queries.total)
  const reading = await readCounters(api, [bad.text, total.text], span)
  const [badCounted = [], totalCounted = []] = reading.counted
  const { span: grid } = reading.grid
  const problems = [
    ...reading.problems,
    ...ageProblems(reading),
    ...resetProblems([...badCounted, ...totalCounted], span.window, expected),
  ]
  if (!wasSampled(totalCounted, reading)) {
    const why = await explainNoData(
      api,
      total.text,
      totalCounted.map(({ series }) => series),
      reading.range,
    )
    return { span: grid, slices: blank(reading), problems: [...problems, why], queries: reading.queries }
  }
  if (badCounted.length === 0) requirePossible(bad, total, totalCounted)
  return {
    span: grid,
    ...countSlices(sumSlices(badCounted, reading), sumSlices(totalCounted, reading), reading, problems),
    queries: reading.queries,
  }
}

/**
 * Events in all that are missing make the good share smaller than it was: that can cost a pass and cannot give one. So a replica
 * that Prometheus found some seconds after its first request does not spoil the window, as long as every bad event is known.
 * The baseline is compared with, and a worse one would forgive more.
 */
function ageProblems({ unknownAges: [bad, total], grid }: CounterReading): readonly Problem[] {
  const needed = grid.span.window === 'baseline' ? [bad, total] : [bad]
  return needed.filter((problem) => problem !== undefined)
}

/** Whether any sample lies in the window at all. */
export function wasSampled(counted: readonly Counted[], { grid, range }: CounterReading): boolean {
  return counted.some(({ series }) => series.timesMs.some((time) => time > grid.span.startMs && time <= range.untilMs))
}

export function blank(reading: CounterReading): readonly Slice[] {
  return emptySlices({
    ...reading.grid.span,
    endMs: reading.grid.span.startMs + reading.grid.slices * reading.grid.span.sliceMs,
  })
}

function sumSlices(counted: readonly Counted[], { grid }: CounterReading): readonly number[] {
  return Array.from({ length: grid.slices }, (_, index) =>
    counted.reduce((sum, { slices }) => sum + (slices[index] ?? 0), 0),
  )
}

/**
 * No series is bad: usually because nothing went wrong yet. But a misspelt name or label looks the same, and would always pass.
 * Throws Unmeasurable(NO_DATA) when these labels can never match.
 */
function requirePossible(bad: Selector, total: Selector, counted: readonly Counted[]): void {
  if (bad.name === '' || bad.name !== total.name) {
    throw new Unmeasurable(
      'NO_DATA',
      `${quote(bad.text)} has no series; a counter that does not exist cannot be told from one that is 0, so let it begin with 0, or select the bad ones of ${quote(total.name)} by a label`,
    )
  }
  const missing = bad.matchers.find(
    ({ label, operator }) =>
      !operator.startsWith('!') && counted.every(({ series }) => series.labels[label] === undefined),
  )
  if (missing)
    throw new Unmeasurable(
      'NO_DATA',
      `${quote(bad.text)} has no series, and none of ${quote(total.text)} has a label "${missing.label}"`,
    )
}

function countSlices(
  bad: readonly number[],
  total: readonly number[],
  reading: CounterReading,
  problems: readonly Problem[],
): { slices: readonly Slice[]; problems: readonly Problem[] } {
  const sums = { bad: sum(bad), total: sum(total) }
  if (sums.bad > sums.total) {
    const problem: Problem = {
      code: 'PARTIAL_DATA',
      detail: `more bad events (${sums.bad}) were counted than events in all (${sums.total}): bad is not a part of total`,
    }
    return { slices: blank(reading), problems: [...problems, problem] }
  }
  const fitted = carryOver(bad, total)
  const nothing: readonly Problem[] =
    sums.total > 0 ? [] : [{ code: 'NO_DATA', detail: 'no event was counted in this window' }]
  return {
    slices: blank(reading).map((slice, index) => ({
      ...slice,
      n: total[index] ?? 0,
      bad: fitted[index] ?? 0,
      badAtLeast: fitted[index] ?? 0,
    })),
    problems: [...problems, ...nothing],
  }
}

/**
 * Two counters of a service may show the same event in two scrapes that follow each other. What is too much in one slice is moved to
 * the nearest with room, first to later ones, so that bad <= n holds everywhere and the sums stay as they are.
 */
function carryOver(bad: readonly number[], total: readonly number[]): readonly number[] {
  const fitted = bad.map((count, index) => Math.min(count, total[index] ?? 0))
  const order = bad.map((_, index) => index)
  bad.forEach((count, from) => {
    let left = count - (total[from] ?? 0)
    for (const to of [...order.slice(from + 1), ...order.slice(0, from).reverse()]) {
      if (left <= 0) break
      const moved = Math.min(left, Math.max(0, (total[to] ?? 0) - Math.max(fitted[to] ?? 0, 0)))
      fitted[to] = (fitted[to] ?? 0) + moved
      left -= moved
    }
  })
  return fitted
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
