import { faultsOf } from '../../model/faults-of.ts'
import type { JudgedObjective } from '../../model/journal.ts'
import type { PlannedFault } from '../../model/plan.ts'
import type { ExperimentFacts, FailureCount, JudgedExperiment } from '../facts.ts'
import { edgesAtRank } from '../histogram.ts'

/** What the rules look at: one fault, and what was measured around it. */
export interface Scene {
  readonly facts: ExperimentFacts
  readonly judged: JudgedExperiment
  readonly fault: PlannedFault
  /** The workload that was cut off or slowed for the target, or the target itself when it was for everybody. */
  readonly part: string
  /** `calls from api to cache`, `calls to api`. */
  readonly calls: string
  /** The users call the hurt part themselves, so nothing of the system stands between. */
  readonly atEntry: boolean
  /** Requests under the fault, those that failed, and how. */
  readonly requests: number
  readonly failed: number
  readonly failures: readonly FailureCount[]
  /** Slices of the objective that counts failed requests, with their time since the epoch. */
  readonly slices: readonly SceneSlice[]
  readonly sliceMs: number
}

export type SceneSlice = JudgedObjective['slices'][number] & { readonly startMs: number }

/** Undefined where there is nothing to explain with: no fault, several faults, or a search. */
export function sceneOf(facts: ExperimentFacts, judged: JudgedExperiment): Scene | undefined {
  const [fault, ...more] = faultsOf(facts.planned.steps)
  // With several faults at work no number can be laid at the door of one of them.
  if (!fault || more.length > 0 || facts.planned.search) return undefined
  const other = otherWorkload(fault)
  const failures = facts.context.failures.fault
  const counting = countingObjective(facts)
  return {
    facts,
    judged,
    fault,
    part: other ?? fault.workload,
    calls: other ? `calls from ${fault.workload} to ${other}` : `calls to ${fault.workload}`,
    atEntry: other === undefined && facts.context.entries.includes(fault.workload),
    requests: facts.context.latency.fault?.n ?? 0,
    failed: failures.reduce((sum, { count }) => sum + count, 0),
    failures,
    slices: failureSlices(facts, judged, counting),
    sliceMs: facts.measurements.find(({ objective }) => objective === counting)?.sliceMs ?? 0,
  }
}

function otherWorkload({ spec }: PlannedFault): string | undefined {
  const { to } = spec.parameters
  if (typeof to !== 'object' || to === null || !('workload' in to) || typeof to.workload !== 'string') return undefined
  return to.workload === 'traffic' ? undefined : to.workload
}

function countingObjective({ planned }: ExperimentFacts): string | undefined {
  return planned.objectives.find(({ indicator }) => indicator.source === 'traffic' && indicator.kind === 'success')
    ?.name
}

function failureSlices(
  facts: ExperimentFacts,
  judged: JudgedExperiment,
  counting: string | undefined,
): readonly SceneSlice[] {
  const startMs = facts.windows.baseline?.startMs ?? 0
  const slices = judged.objectives.find(({ name }) => name === counting)?.slices ?? []
  return slices.map((slice) => ({ ...slice, startMs: startMs + slice.tMs }))
}

export function countOf({ failures }: Scene, matches: (what: string) => boolean): number {
  return failures.filter(({ what }) => matches(what)).reduce((sum, { count }) => sum + count, 0)
}

/** A number among the fault's parameters; undefined where there is none. */
export function parameter({ fault }: Scene, name: string): number | undefined {
  const value = fault.spec.parameters[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The median latency of a window in ms; undefined where it was not measured, or lies beyond what could be. */
export function medianMs({ facts }: Scene, window: 'baseline' | 'fault'): number | undefined {
  const histogram = facts.context.latency[window]
  if (!histogram || histogram.n === 0) return undefined
  return edgesAtRank(histogram, Math.ceil(histogram.n / 2)).high ?? undefined
}

export function badShare({ n, bad }: SceneSlice): number {
  return n === 0 ? 0 : bad / n
}

/** The longest run of neighbours that match, in order. */
export function longestStretch(
  slices: readonly SceneSlice[],
  matches: (slice: SceneSlice) => boolean,
): readonly SceneSlice[] {
  let longest: readonly SceneSlice[] = []
  let current: readonly SceneSlice[] = []
  for (const slice of slices) {
    current = matches(slice) ? [...current, slice] : []
    if (current.length > longest.length) longest = current
  }
  return longest
}
