import type { Measurement, Problem, Slice } from '../model/measurement.ts'
import type { PlannedObjective } from '../model/plan.ts'
import type { WindowSpan } from '../model/ports.ts'

/** Slices in which nothing was seen; the last one is shorter where the window does not divide evenly. */
export function emptySlices({ startMs, endMs, sliceMs }: WindowSpan): readonly Slice[] {
  const count = Math.max(1, Math.ceil((endMs - startMs) / sliceMs - 1e-9))
  return Array.from({ length: count }, (_, index) => ({
    startMs: startMs + index * sliceMs,
    n: 0,
    bad: 0,
    badAtLeast: 0,
    value: null,
  }))
}

/** A measurement that says why there are no numbers. */
export function blankMeasurement(
  objective: PlannedObjective,
  span: WindowSpan,
  problems: readonly Problem[],
  queries: readonly string[] = [],
): Measurement {
  return { ...headOf(objective, span), slices: emptySlices(span), histogram: undefined, problems, queries }
}

export function headOf(objective: PlannedObjective, span: WindowSpan) {
  const { window, startMs, endMs, sliceMs } = span
  return { objective: objective.name, window, startMs, endMs, sliceMs }
}
