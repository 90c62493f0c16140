import type { ExplanationFacts, JudgedStep } from '../judge/facts.ts'
import type { Evidence } from '../model/evidence.ts'
import type { Impact } from '../model/journal.ts'
import type { Leftover } from '../model/ledger.ts'
import type { WindowName } from '../model/measurement.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { ImageDigest, LatencySummary } from '../model/ports.ts'
import type { GuardSpec } from '../model/suite.ts'
import type { ReasonCode } from '../model/verdict.ts'
import type { CheckResult } from './check-result.ts'
import type { Measurements, Spans } from './observe-experiment.ts'
import type { PhaseClock } from './phase-clock.ts'

export type Latencies = Readonly<Partial<Record<WindowName, LatencySummary>>>

/** Everything that was seen of one experiment, before anybody judges it. */
export interface ObservedExperiment {
  readonly experiment: PlannedExperiment
  readonly spans: Spans
  readonly measurements: ReadonlyMap<string, Measurements>
  readonly evidence: readonly Evidence[]
  readonly checks: readonly CheckResult[]
  readonly guardFired: { readonly guard: GuardSpec; readonly afterMs: number } | undefined
  readonly impact: readonly Impact[]
  /** One entry a value that was tried; empty where nothing is searched. */
  readonly searchSteps: readonly JudgedStep[]
  readonly latencies: Latencies
  /** When hurt replicas were ready again. */
  readonly readyAgain: ExplanationFacts['readyAgain']
  /** Faults that may still be on. */
  readonly unended: readonly string[]
  /** We could not do our job in it. */
  readonly error: { readonly code: ReasonCode; readonly detail: string } | undefined
  readonly cancelled: boolean
}

/** What a run saw, from the first process to the last, before it is judged. */
export interface Observed {
  readonly experiments: readonly ObservedExperiment[]
  readonly outside: readonly string[]
  readonly leftovers: readonly Leftover[]
  /** What the preview runs, read before the first fault. */
  readonly images: readonly ImageDigest[]
  readonly timings: PhaseClock['timings']
  /** Why no experiment could be judged at all. */
  readonly blocked: { readonly code: ReasonCode; readonly detail: string } | undefined
  readonly cancelled: boolean
  readonly requests: { readonly requests: number; readonly lateP99Ms: number | null; readonly description: string }
}
