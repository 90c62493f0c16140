import type { JudgedObjective } from '../../model/journal.ts'
import { limitOf } from './rail.ts'
import { linearScale, logScale, type Scale } from './scale.ts'
import type { Timeline } from './timeline-points.ts'

/** Where an axis of shares may start, with the distance of its ticks; the narrowest that shows everything is taken. */
const SHARE_AXES = [
  [0.99, 0.0025],
  [0.98, 0.005],
  [0.95, 0.01],
  [0.9, 0.025],
  [0.85, 0.05],
  [0.8, 0.05],
  [0.7, 0.1],
  [0.5, 0.1],
  [0, 0.25],
] as const
/** How far below the lowest measured share the band of uncertainty may pull the axis. */
const MOST_BAND = 0.08
/** From this ratio of the highest to the lowest on, a linear axis hides the low ones. */
const LOG_FROM_RATIO = 8

/** The level that the line must not cross on a chart; null where it is relative to a baseline that was not measured. */
export function needLevel(objective: JudgedObjective): number | null {
  const { need, unit, baseline } = objective
  if (need.kind !== 'increase') return limitOf(objective)
  if (baseline === null || baseline.value === null) return null
  return unit === 'share' ? baseline.value - need.atMost : baseline.value + need.atMost
}

/** Whether values below the need are the bad ones. */
export function badBelow({ need, unit }: Pick<JudgedObjective, 'need' | 'unit'>): boolean {
  return need.kind === 'share' || need.kind === 'above' || (need.kind === 'increase' && unit === 'share')
}

/** The value axis of an objective's chart, with its need on it. */
export function valueAxis(objective: JudgedObjective, timeline: Timeline): Scale {
  const values = timeline.points.flatMap(({ value }) => value ?? [])
  const need = needLevel(objective) ?? values[0] ?? 0
  if (objective.unit === 'share') return shareAxis(timeline, values, need)
  const all = [...values, need]
  const least = Math.min(...all)
  const wide = objective.unit === 'ms' && least > 0 && Math.max(...all) / least >= LOG_FROM_RATIO
  return wide ? logScale(all, 1.6) : linearScale(all)
}

function shareAxis({ points }: Timeline, values: readonly number[], need: number): Scale {
  const lowest = Math.min(...values)
  const band = Math.min(...points.flatMap(({ low }) => low ?? []))
  const wanted = Math.min(lowest, need - (1 - need) / 2, Math.max(band, lowest - MOST_BAND))
  const [from, step] = SHARE_AXES.find(([start]) => start <= wanted) ?? [0, 0.25]
  const ticks = Array.from({ length: Math.round((1 - from) / step) + 1 }, (_, index) =>
    Number((from + index * step).toFixed(4)),
  )
  return { from, to: 1, log: false, ticks }
}
