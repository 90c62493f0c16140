import type { Problem, WindowName } from '../../model/measurement.ts'
import type { Counted } from './increments.ts'

/**
 * How often the processes behind a query may begin again in a window without the counts being in doubt.
 * A restart loses what was counted after the last scrape before it.
 */
export type RestartsExpected = (window: WindowName) => number

/** Nothing is hurt in a baseline; a fault may restart a process once, and its end may once more. */
export const restartsPerTarget: RestartsExpected = (window) => (window === 'baseline' ? 0 : 1)

/** Throws nothing; COUNTER_RESET when a target began again more often than expected. */
export function resetProblems(
  counted: readonly Counted[],
  window: WindowName,
  expected: RestartsExpected,
): readonly Problem[] {
  const times = new Map<string, Set<number>>()
  for (const { series, resetsMs } of counted) {
    const known = times.get(series.target) ?? new Set()
    for (const time of resetsMs) known.add(time)
    times.set(series.target, known)
  }
  const tooOften = [...times.values()].filter(({ size }) => size > expected(window))
  if (tooOften.length === 0) return []
  const most = Math.max(...tooOften.map(({ size }) => size))
  const detail = `the counters of ${tooOften.length} targets began again up to ${most} times in the ${window}, ${expected(window)} expected; a gauge, a crash loop, or several processes behind one address look like this`
  return [{ code: 'COUNTER_RESET', detail }]
}
