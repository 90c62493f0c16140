import type { z } from 'zod'
import { type Labels, type matrixSchema, numberOf } from './answers.ts'
import { quote, Unmeasurable } from './unmeasurable.ts'

/** Raw samples of one series, in order of time. */
export interface Series {
  readonly labels: Labels
  /** The same for the same labels. */
  readonly key: string
  /** The scraped process: job and instance, or the series itself where it has no instance. */
  readonly target: string
  readonly timesMs: readonly number[]
  readonly values: readonly number[]
}

const MOST_SERIES = 20_000
/** Labels by which two Prometheus servers that scrape the same targets tell their copies apart. */
const REPLICA_LABELS = ['prometheus_replica', '__replica__', 'thanos_replica', 'receive_replica']

/** Throws Unmeasurable for what cannot be counted: no numbers, the same series twice, too many. */
export function readSeries(matrix: z.infer<typeof matrixSchema>, query: string): readonly Series[] {
  if (matrix.result.length > MOST_SERIES) {
    throw new Unmeasurable(
      'NO_DATA',
      `${quote(query)} has ${matrix.result.length} series, more than ${MOST_SERIES}; narrow it with more labels`,
    )
  }
  const series = matrix.result.map(({ metric, values }) => {
    if (values === undefined)
      throw new Unmeasurable('NO_DATA', `${quote(query)} is a native histogram, which has no counts to read here`)
    return oneSeries(metric, values, query)
  })
  rejectCopies(series, query)
  return series
}

function oneSeries(labels: Labels, samples: readonly (readonly [number, string])[], query: string): Series {
  const values = samples.map(([, text]) => {
    const value = numberOf(text)
    if (value === undefined || !Number.isFinite(value))
      throw new Unmeasurable('NO_DATA', `${quote(query)} holds ${quote(text)}, which cannot be counted`)
    if (value < 0)
      throw new Unmeasurable('NO_DATA', `${quote(query)} holds ${quote(text)}: a counter is never below zero`)
    return value
  })
  const timesMs = samples.map(([seconds]) => seconds * 1_000)
  if (timesMs.some((time, index) => index > 0 && time <= (timesMs[index - 1] ?? 0))) {
    throw new Unmeasurable('PARTIAL_DATA', `the samples of ${quote(query)} are not in order of time`)
  }
  const key = keyOf(labels)
  return {
    labels,
    key,
    target: labels.instance === undefined ? key : `${labels.job ?? ''}\n${labels.instance}`,
    timesMs,
    values,
  }
}

/** A name for a set of labels. */
export function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Copies would make every event count twice, and the verdict surer than it is. */
function rejectCopies(series: readonly Series[], query: string): void {
  const seen = new Set<string>()
  for (const { labels } of series) {
    const key = keyOf(Object.fromEntries(Object.entries(labels).filter(([label]) => !REPLICA_LABELS.includes(label))))
    if (seen.has(key))
      throw new Unmeasurable('PARTIAL_DATA', `${quote(query)} has the same series twice: ${quote(key)}`)
    seen.add(key)
  }
}
