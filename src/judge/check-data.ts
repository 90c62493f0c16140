import { LEAST_SLICES } from '../kit/statistics/sample-size.ts'
import type { Histogram, Measurement, Problem, Slice, WindowName } from '../model/measurement.ts'
import type { PlannedObjective } from '../model/plan.ts'
import { unitOf } from '../model/unit-of.ts'
import { percent, plural, WINDOW_WORDS } from './words.ts'

/** More than this part of a window without a number, and what happened then is unknown. */
const MOST_EMPTY = 0.2
/** Clocks and schedules are not exact: a window may be this many slices short before a slice counts as missing. */
const SLACK_SLICES = 1

export interface CheckedData {
  /** The measurement when its numbers can be calculated with, whatever they are worth. */
  readonly usable: Measurement | undefined
  readonly problems: readonly Problem[]
}

/**
 * Every reason why the numbers of one window cannot carry a pass. Nothing is repaired and nothing is guessed:
 * what is missing, not a number, or impossible is named.
 */
export function checkData(
  objective: PlannedObjective,
  window: WindowName,
  measurement: Measurement | undefined,
): CheckedData {
  const when = WINDOW_WORDS[window]
  if (!measurement) return unusable({ code: 'NO_DATA', detail: `nothing was measured ${when}` }, [])
  const known = measurement.problems
  const impossible = impossibleNumbers(objective, window, measurement)
  if (impossible) return unusable({ code: 'PARTIAL_DATA', detail: `${impossible} ${when}` }, known)
  const seen = measurement.slices.filter((slice) => isSeen(objective, slice)).length
  if (seen === 0 || lacksHistogram(objective, measurement)) {
    const source =
      objective.indicator.source === 'prometheus' ? 'Prometheus returned nothing' : 'the traffic has no request'
    return unusable({ code: 'NO_DATA', detail: `${source} for ${objective.name} ${when}` }, known)
  }
  return { usable: measurement, problems: unique([...known, ...tooFewSlices(measurement, seen, when)]) }
}

function unusable(problem: Problem, known: readonly Problem[]): CheckedData {
  return { usable: undefined, problems: unique([...known, problem]) }
}

function isSeen(objective: PlannedObjective, slice: Slice): boolean {
  return objective.indicator.kind === 'value' ? slice.value !== null : slice.n > 0
}

function lacksHistogram(objective: PlannedObjective, { histogram }: Measurement): boolean {
  return unitOf(objective.indicator) === 'ms' && (histogram === undefined || histogram.n === 0)
}

function tooFewSlices(measurement: Measurement, seen: number, when: string): Problem[] {
  const { slices, startMs, endMs, sliceMs } = measurement
  if (seen < LEAST_SLICES) {
    const detail = `only ${plural(seen, 'slice')} of time ${when} ${seen === 1 ? 'has' : 'have'} a number, ${LEAST_SLICES} are needed`
    return [{ code: 'TOO_FEW_SLICES', detail }]
  }
  const expected = Math.max(slices.length, Math.floor((endMs - startMs) / sliceMs) - SLACK_SLICES)
  const empty = expected - seen
  if (empty <= MOST_EMPTY * expected) return []
  return [
    {
      code: 'TOO_FEW_SLICES',
      detail: `${empty} of ${plural(expected, 'slice')} of time are empty ${when}, at most ${percent(MOST_EMPTY)} may be`,
    },
  ]
}

/** What in these numbers cannot be, in words; undefined when they can. */
function impossibleNumbers(
  objective: PlannedObjective,
  window: WindowName,
  measurement: Measurement,
): string | undefined {
  const { startMs, endMs, sliceMs, slices, histogram } = measurement
  if (measurement.window !== window || measurement.objective !== objective.name)
    return 'there are numbers of something else'
  if (![startMs, endMs].every(Number.isFinite) || !(sliceMs > 0) || !(endMs > startMs))
    return 'the window has no length'
  if (!slices.every(isPossible)) return 'there are impossible counts'
  if (!slices.every((slice, index) => isInPlace(slice, slices[index - 1], measurement)))
    return 'there are slices out of their place'
  if (histogram && !isPossibleHistogram(histogram)) return 'there is an impossible histogram'
  return undefined
}

function isPossible({ n, bad, badAtLeast, value }: Slice): boolean {
  const counts = [n, bad, badAtLeast].every((count) => Number.isSafeInteger(count) && count >= 0)
  return counts && bad <= n && badAtLeast <= bad && (value === null || Number.isFinite(value))
}

/** Slices that overlap would count a request twice. Half a slice of slack for sources that align to their own clock. */
function isInPlace(slice: Slice, before: Slice | undefined, { startMs, endMs, sliceMs }: Measurement): boolean {
  const apart = before === undefined || slice.startMs - before.startMs >= sliceMs / 2
  return apart && slice.startMs >= startMs - sliceMs && slice.startMs < endMs
}

function isPossibleHistogram({ buckets, overflow, overflowFromMs, n, precision }: Histogram): boolean {
  const counts = [...buckets.map(([, count]) => count), overflow]
  const ascending = buckets.every(([edge], index) => edge > (buckets[index - 1]?.[0] ?? Number.NEGATIVE_INFINITY))
  return (
    ascending &&
    counts.every((count) => Number.isSafeInteger(count) && count >= 0) &&
    counts.reduce((sum, count) => sum + count, 0) === n &&
    buckets.every(([edge]) => Number.isFinite(edge)) &&
    overflowFromMs >= 0 &&
    precision >= 0
  )
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(
    (one, index) => problems.findIndex(({ code, detail }) => code === one.code && detail === one.detail) === index,
  )
}
