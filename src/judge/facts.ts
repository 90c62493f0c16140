import type { Evidence } from '../model/evidence.ts'
import type { Impact, JournalExperiment, Reason, SearchResult } from '../model/journal.ts'
import type { Measurement, WindowName } from '../model/measurement.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { ReasonCode } from '../model/verdict.ts'

/**
 * All that is known about one experiment when it is judged; JSON-serialisable, so that a verdict can be replayed.
 * Times are milliseconds since the epoch unless a name says otherwise.
 */
export interface ExperimentFacts {
  readonly planned: PlannedExperiment
  /** False: it never started, because the run ended before. */
  readonly ran: boolean
  /** A person or a signal stopped the run before this experiment had ended. */
  readonly cancelled: boolean
  readonly windows: JournalExperiment['windows']
  /** Every objective of the experiment in every window; of a search, those of no single step. */
  readonly measurements: readonly Measurement[]
  /** One for each fault that was asked for; a planned fault without one counts as not injected. */
  readonly evidence: readonly Evidence[]
  /** Check and run steps, in order. */
  readonly checks: readonly CheckFact[]
  /** Set when a guard ended the fault early. */
  readonly aborted: JournalExperiment['aborted']
  /** Judged steps of a search, in the order in which they were asked. */
  readonly search: readonly JudgedStep[]
  /** What kept us from doing our job. */
  readonly error: { readonly code: ReasonCode; readonly detail: string } | null
  /** Faults that could not be shown to have ended, in words. */
  readonly notEnded: readonly string[]
  /** What else was measured, for the explanation; nothing here changes a verdict. */
  readonly context: ExplanationFacts
}

interface CheckFact {
  readonly what: string
  readonly ok: boolean
  readonly detail: string
}

export interface ExplanationFacts {
  /** How requests failed, by window: `timeout`, `status 503`, `connection reset`. */
  readonly failures: Readonly<Record<WindowName, readonly FailureCount[]>>
  readonly latency: JournalExperiment['latency']
  /** The traffic's own time limit; null where the traffic is not ours. */
  readonly trafficTimeoutMs: number | null
  /** What each service's consumers saw of it, before and under the fault. */
  readonly impact: readonly Impact[]
  /** Workloads that the traffic calls itself; nobody stands between them and the users. */
  readonly entries: readonly string[]
  /** When hurt replicas were ready again. Empty where nobody saw. */
  readonly readyAgain: readonly { readonly replica: string; readonly atMs: number }[]
}

export interface FailureCount {
  readonly what: string
  readonly count: number
}

/** What an experiment was judged to be, as the journal keeps it. */
export type ExperimentVerdict = Pick<
  JournalExperiment,
  | 'name'
  | 'index'
  | 'line'
  | 'ran'
  | 'verdict'
  | 'reasons'
  | 'objectives'
  | 'recovery'
  | 'search'
  | 'aborted'
  | 'why'
  | 'hint'
>

/** The same before the suite as a whole was looked at, with what is needed to fold it again. */
export interface JudgedExperiment extends ExperimentVerdict {
  readonly basis: VerdictBasis
}

export interface VerdictBasis {
  /** Reasons of the experiment's own; those of its objectives are theirs. */
  readonly reasons: readonly Reason[]
  /** The faults were proven, so that what was measured can be laid at their door. */
  readonly attributable: boolean
  /** Of `it breaks too early`, corrected for the number of steps; null where no search failed. */
  readonly searchPValue: number | null
}

/** One step of a search with the p-value of its worst objective, corrected for how many there are. */
export interface JudgedStep {
  readonly step: SearchResult['steps'][number]
  readonly pValue: number | null
}
