import { wilsonInterval } from '../../kit/statistics/wilson.ts'
import type { JournalExperiment, JudgedObjective } from '../../model/journal.ts'
import { WINDOWS, type WindowName } from '../../model/measurement.ts'

/** One slice, or several as one, on a time axis of 0..100. Null: nothing was seen. */
export interface TimePoint {
  readonly x: number
  readonly window: WindowName
  readonly value: number | null
  /** What the counts of this slice alone allow, one-sided 95 % each way; null for values. */
  readonly low: number | null
  readonly high: number | null
}

/** The part of a time axis that one window takes; windows stand side by side, so that a pause between them takes no room. */
interface WindowPart {
  readonly window: WindowName
  readonly left: number
  readonly width: number
  readonly ms: number
}

export interface Timeline {
  readonly points: readonly TimePoint[]
  readonly parts: readonly WindowPart[]
  /** Slices in one point; 1 unless there were very many. */
  readonly merged: number
  readonly sliceMs: number
}

type Slice = JudgedObjective['slices'][number]
const MOST_POINTS = 180
/** Standard normal quantile of 95 %. Score bounds are good enough to draw; no verdict comes from them. */
const Z = 1.6448536269514722

/** An objective's slices as points of a chart; undefined where no slice saw anything. */
export function timelineOf(objective: JudgedObjective, windows: JournalExperiment['windows']): Timeline | undefined {
  const { slices } = objective
  if (!slices.some((slice) => measuredValue(slice, objective) !== null)) return undefined
  const sliceMs = shortestStep(slices)
  const parts = windowParts(slices, windows, sliceMs)
  const merged = Math.max(1, Math.ceil(slices.length / MOST_POINTS))
  const points = parts.flatMap((part) => {
    const own = slices.filter(({ window }) => window === part.window)
    const startMs = own[0]?.tMs ?? 0
    return chunks(own, merged).map((group): TimePoint => {
      const first = group[0]?.tMs ?? startMs
      const last = group.at(-1)?.tMs ?? first
      const x = part.left + ((first + last + sliceMs) / 2 - startMs) * (part.width / part.ms)
      return { x: Math.min(x, part.left + part.width), window: part.window, ...pooled(group, objective) }
    })
  })
  return { points, parts, merged, sliceMs }
}

function measuredValue(slice: Slice, { unit }: Pick<JudgedObjective, 'unit'>): number | null {
  if (unit !== 'share') return slice.value
  return slice.n > 0 ? 1 - slice.bad / slice.n : null
}

/** Counts add up; of values the worst is kept, since a mean would hide what the chart is for. */
function pooled(group: readonly Slice[], objective: JudgedObjective): Pick<TimePoint, 'value' | 'low' | 'high'> {
  if (objective.unit === 'share') {
    const n = group.reduce((sum, slice) => sum + slice.n, 0)
    const bad = group.reduce((sum, slice) => sum + slice.bad, 0)
    return n > 0 ? { value: 1 - bad / n, ...wilsonInterval(n - bad, n, Z) } : { value: null, low: null, high: null }
  }
  const values = group.flatMap((slice) => measuredValue(slice, objective) ?? [])
  const worst = objective.need.kind === 'above' ? Math.min(...values) : Math.max(...values)
  return { value: values.length === 0 ? null : worst, low: null, high: null }
}

function windowParts(slices: readonly Slice[], windows: JournalExperiment['windows'], sliceMs: number): WindowPart[] {
  const lengths = WINDOWS.map((window) => {
    const own = slices.filter((slice) => slice.window === window)
    const span = windows[window]
    const seen = own.length === 0 ? 0 : (own.at(-1)?.tMs ?? 0) - (own[0]?.tMs ?? 0) + sliceMs
    return { window, ms: own.length === 0 ? 0 : Math.max(seen, span === null ? 0 : span.endMs - span.startMs) }
  }).filter(({ ms }) => ms > 0)
  const total = lengths.reduce((sum, { ms }) => sum + ms, 0)
  let left = 0
  return lengths.map(({ window, ms }) => {
    const part = { window, left, width: (ms / total) * 100, ms }
    left += part.width
    return part
  })
}

function shortestStep(slices: readonly Slice[]): number {
  const steps = slices.flatMap((slice, index) => {
    const before = slices[index - 1]
    return before !== undefined && before.window === slice.window && slice.tMs > before.tMs
      ? [slice.tMs - before.tMs]
      : []
  })
  return steps.length === 0 ? 1_000 : steps.reduce((one, other) => Math.min(one, other))
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
