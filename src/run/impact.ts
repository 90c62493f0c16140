import type { Impact } from '../model/journal.ts'
import type { ServiceCount } from '../model/ports.ts'

/** Counts of each service at the start of the baseline, at the start and at the end of the fault. */
export interface CountMarks {
  readonly baseline: readonly ServiceCount[]
  readonly fault: readonly ServiceCount[]
  readonly end: readonly ServiceCount[]
}

/** What each service's consumers saw of it before and under the fault, from running totals. */
export function impactOf(marks: CountMarks, hurt: ReadonlySet<string>): readonly Impact[] {
  return marks.end.map(({ service }) => ({
    service,
    target: hurt.has(service),
    baseline: difference(service, marks.baseline, marks.fault),
    fault: difference(service, marks.fault, marks.end),
  }))
}

function difference(
  service: string,
  from: readonly ServiceCount[],
  to: readonly ServiceCount[],
): { n: number; bad: number } {
  const start = from.find((count) => count.service === service) ?? { n: 0, bad: 0 }
  const end = to.find((count) => count.service === service) ?? { n: 0, bad: 0 }
  return { n: grown(start.n, end.n), bad: grown(start.bad, end.bad) }
}

/** Totals only grow; whatever else is no count. */
function grown(from: number, to: number): number {
  return Number.isSafeInteger(to - from) ? Math.max(0, to - from) : 0
}
