import type { Series } from '../../model/history.ts'
import { linearScale, type Scale } from '../html/scale.ts'

/** Where the axis of a share may start; the highest that shows everything is taken. */
const SHARE_FLOORS = [0.999, 0.995, 0.99, 0.98, 0.96, 0.95, 0.9, 0.8, 0.5, 0]
/** An interval that is much longer than everything measured would make all else flat. */
const MOST_BEYOND = 1.6

/** The axis of a series: shares end at 100 %, all else begins at 0. The need is always on it. */
export function seriesAxis(series: Pick<Series, 'points' | 'unit' | 'need'>): Scale {
  const limit = limitOf(series)
  const values = series.points.flatMap(({ value, low, high }) => [value ?? low ?? high ?? []].flat())
  const known = limit === null ? values : [...values, limit]
  if (series.unit === 'share' && series.need?.kind !== 'increase') return shareAxis(known)
  const most = Math.max(0, ...known.map(Math.abs)) * MOST_BEYOND
  const ends = series.points.flatMap(({ low, high }) =>
    [low, high].filter((end) => end !== null && Math.abs(end) <= most),
  )
  return linearScale([...known, ...ends.filter((end) => end !== null)], 3)
}

function shareAxis(known: readonly number[]): Scale {
  const least = Math.min(1, ...known)
  const from = SHARE_FLOORS.find((floor) => floor < least) ?? 0
  return { from, to: 1, log: false, ticks: [from, (from + 1) / 2, 1] }
}

/** What is needed as a place on the axis; null where nothing is. */
export function limitOf({ need }: Pick<Series, 'need'>): number | null {
  if (need === null) return null
  if (need.kind === 'share') return need.target
  return need.kind === 'increase' ? need.atMost : need.value
}
