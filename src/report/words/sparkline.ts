import type { Unit } from '../../model/journal.ts'
import type { WindowName } from '../../model/measurement.ts'
import type { Need } from '../../model/suite.ts'

const BARS = '▁▂▃▄▅▆▇█'
const EMPTY = '·'
/** Where the axis of a share may start, in per cent; the highest that shows everything is taken. */
const SHARE_FLOORS = [99.9, 99.5, 99, 98, 96, 95, 90, 80, 70, 60, 50, 25, 0]

/** An objective over time as one row of bars for each window; `·` where nothing was measured. */
export interface Sparkline {
  readonly windows: Readonly<Record<WindowName, string>>
  /** What the lowest and the highest bar stand for: per cent for shares, else the objective's own unit. */
  readonly low: number
  readonly high: number
}

/** What a course in time is drawn from: a judged objective, or one that is still under way. */
export interface Course {
  readonly unit: Unit
  readonly need: Need
  readonly slices: readonly {
    readonly window: WindowName
    readonly n: number
    readonly bad: number
    readonly value: number | null
  }[]
}

/** At most `cells` bars a window; undefined where no slice holds a number. */
export function sparkline(objective: Course, cells: number): Sparkline | undefined {
  const levels = {
    baseline: windowLevels(objective, 'baseline', cells),
    fault: windowLevels(objective, 'fault', cells),
    recovery: windowLevels(objective, 'recovery', cells),
  }
  const known = Object.values(levels)
    .flat()
    .filter((level) => level !== null)
  if (known.length === 0) return undefined
  const { low, high } = axis(objective, known)
  const bars = (window: WindowName) =>
    levels[window].map((level) => (level === null ? EMPTY : bar(level, low, high))).join('')
  return { windows: { baseline: bars('baseline'), fault: bars('fault'), recovery: bars('recovery') }, low, high }
}

/** One level for each cell of a window: per cent of good for shares, else the mean value; null where nothing was seen. */
export function windowLevels(
  { slices, unit }: Pick<Course, 'slices' | 'unit'>,
  window: WindowName,
  cells: number,
): (number | null)[] {
  const own = slices.filter((slice) => slice.window === window)
  const count = Math.min(cells, own.length)
  return Array.from({ length: count }, (_, cell) => {
    const part = own.slice(Math.floor((cell * own.length) / count), Math.floor(((cell + 1) * own.length) / count))
    return unit === 'share' ? goodPercent(part) : mean(part.flatMap(({ value }) => (value === null ? [] : [value])))
  })
}

function goodPercent(slices: Course['slices']): number | null {
  const n = slices.reduce((sum, slice) => sum + slice.n, 0)
  const bad = slices.reduce((sum, slice) => sum + slice.bad, 0)
  return n > 0 ? 100 * (1 - bad / n) : null
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

function axis({ unit, need }: Pick<Course, 'unit' | 'need'>, known: readonly number[]): { low: number; high: number } {
  const least = known.reduce((one, other) => Math.min(one, other), Infinity)
  const most = known.reduce((one, other) => Math.max(one, other), -Infinity)
  if (unit !== 'share') return { low: Math.min(0, least), high: most }
  const shown = Math.min(least, need.kind === 'share' ? need.target * 100 : least)
  return { low: SHARE_FLOORS.find((floor) => floor <= shown) ?? 0, high: 100 }
}

/** The full bar means the top of the axis, so that one failure is one step lower. */
function bar(level: number, low: number, high: number): string {
  if (level >= high) return BARS.at(-1) ?? ''
  const step = Math.floor(((level - low) / (high - low)) * BARS.length)
  return BARS[Math.max(0, Math.min(BARS.length - 2, step))] ?? ''
}
