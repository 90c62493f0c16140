import type { ExplanationFacts, JudgedStep } from '../judge/facts.ts'
import { isSeaworthyError, messageOf } from '../kit/errors.ts'
import type { Evidence } from '../model/evidence.ts'
import type { Impact } from '../model/journal.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { WindowSpan } from '../model/ports.ts'
import type { GuardSpec } from '../model/suite.ts'
import type { ReasonCode } from '../model/verdict.ts'
import { faultsOf } from '../plan/plan-steps.ts'
import type { CheckResult } from './checks.ts'
import { type Latencies, latenciesOf } from './facts.ts'
import { emptyPhase, type FaultPhase, prove, recoverAll, runSteps } from './fault-phase.ts'
import { GuardFired, watchGuards } from './guards.ts'
import { isHealthy } from './healthy.ts'
import { type CountMarks, impactOf } from './impact.ts'
import { type Measurements, measureAll, type Spans } from './observe-experiment.ts'
import { readyAgain } from './ready-again.ts'
import type { Session } from './session.ts'
import { untilAborted, watchWindow } from './watch-window.ts'

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
  /** We could not do our job in it. */
  readonly error: { readonly code: ReasonCode; readonly detail: string } | undefined
  readonly cancelled: boolean
}

const NO_MARKS: CountMarks = { baseline: [], fault: [], end: [] }

/** One experiment without a search: baseline, faults, proof, recovery. Never throws; whatever went wrong is in the result. */
export async function runExperiment(session: Session, experiment: PlannedExperiment): Promise<ObservedExperiment> {
  const spans: { baseline?: WindowSpan; fault?: WindowSpan; recovery?: WindowSpan } = {}
  const phase = emptyPhase()
  let marks = NO_MARKS
  let guardFired: ObservedExperiment['guardFired']
  let error: ObservedExperiment['error']
  try {
    const before = session.platform.serviceCounts()
    spans.baseline = await calmWindow(session, experiment, 'baseline', experiment.windows.baselineMs)
    // Nothing is broken that is already failing, and nothing that has no target: either would prove nothing.
    const quick = await measureAll(session, trafficOnly(experiment), { baseline: spans.baseline })
    if (isHealthy(experiment, quick) && faultsOf(experiment.steps).every(({ recipe }) => recipe)) {
      const during = session.platform.serviceCounts()
      const fault = await faultWindow(session, experiment, phase)
      spans.fault = fault.span
      guardFired = fault.guardFired
      error = fault.error
      marks = { baseline: before, fault: during, end: session.platform.serviceCounts() }
      spans.recovery = await calmWindow(
        session,
        experiment,
        'recovery',
        experiment.windows.recoveryMs,
        fault.span.endMs,
      )
    }
  } catch (thrown) {
    if (!session.cancelled.aborted) error ??= errorOf(thrown)
  }
  return {
    experiment,
    spans,
    measurements: await measured(session, experiment, spans),
    evidence: [...phase.evidence.values()],
    checks: phase.checks,
    guardFired,
    impact: impactOf(marks, new Set(faultsOf(experiment.steps).map(({ workload }) => workload))),
    searchSteps: [],
    latencies: latenciesOf(session, spans),
    readyAgain: readyAgain(session, experiment, spans),
    error,
    cancelled: session.cancelled.aborted,
  }
}

function trafficOnly(experiment: PlannedExperiment): PlannedExperiment {
  return { ...experiment, objectives: experiment.objectives.filter(({ indicator }) => indicator.source === 'traffic') }
}

async function measured(
  session: Session,
  experiment: PlannedExperiment,
  spans: Spans,
): Promise<ReadonlyMap<string, Measurements>> {
  if (Object.keys(spans).length === 0 || session.cancelled.aborted) return new Map()
  return measureAll(session, experiment, spans)
}

/** A window in which nothing is done to the preview. */
export async function calmWindow(
  session: Session,
  experiment: PlannedExperiment,
  window: 'baseline' | 'recovery',
  ms: number,
  startMs = session.clock.now(),
): Promise<WindowSpan> {
  const span = { window, startMs, endMs: startMs + ms, sliceMs: session.plan.sliceMs }
  session.context.emit({ event: 'window.started', index: experiment.index, window, ms })
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, session.cancelled])
  const watching = watchWindow(session, { experiment, window, startMs, untilMs: span.endMs }, signal)
  try {
    await session.clock.sleep(span.endMs - session.clock.now(), session.cancelled)
  } finally {
    stop.abort()
    await watching
  }
  return span
}

interface FaultWindow {
  readonly span: WindowSpan
  readonly guardFired: ObservedExperiment['guardFired']
  readonly error: ObservedExperiment['error']
}

/** Does the steps, proves the faults, waits out the window unless a guard fires, and ends the faults whatever happened. */
export async function faultWindow(
  session: Session,
  experiment: PlannedExperiment,
  phase: FaultPhase,
): Promise<FaultWindow> {
  const startMs = session.clock.now()
  session.context.emit({
    event: 'window.started',
    index: experiment.index,
    window: 'fault',
    ms: experiment.windows.faultMs,
  })
  const guards = watchGuards(session, experiment, startMs)
  const signal = AbortSignal.any([guards.signal, session.cancelled])
  let error: ObservedExperiment['error']
  try {
    await runSteps(session, experiment, experiment.steps, phase, signal)
    await untilAborted(prove(session, experiment, phase), signal)
    await session.clock.sleep(startMs + experiment.windows.faultMs - session.clock.now(), signal)
    // An effect may need time, or traffic; what is proven by now is not asked again, so that the window ends on time.
    if (!allProven(phase)) await untilAborted(prove(session, experiment, phase), signal)
  } catch (thrown) {
    if (!signal.aborted) error = errorOf(thrown)
  }
  const endMs = session.clock.now()
  const reason: unknown = guards.signal.reason
  const guardFired = reason instanceof GuardFired ? { guard: reason.guard, afterMs: endMs - startMs } : undefined
  const failures = await recoverAll(
    session,
    experiment,
    phase,
    guardFired || session.cancelled.aborted ? 'abort' : 'request',
  )
  await guards.stop()
  if (failures.length > 0) error ??= { code: 'ENGINE_FAILED', detail: failures.join('; ') }
  session.cancelled.throwIfAborted()
  return { span: { window: 'fault', startMs, endMs, sliceMs: session.plan.sliceMs }, guardFired, error }
}

function allProven(phase: FaultPhase): boolean {
  return phase.injections.every(({ fault }) => phase.evidence.get(fault.id)?.status === 'proven')
}

/** Whose job it was that could not be done. */
export function errorOf(thrown: unknown): { code: ReasonCode; detail: string } {
  const codes: Readonly<Record<string, ReasonCode>> = {
    PLATFORM: 'PLATFORM_FAILED',
    ENGINE: 'ENGINE_FAILED',
    TRAFFIC: 'TRAFFIC_FAILED',
    OBSERVE: 'NO_DATA',
  }
  const code = isSeaworthyError(thrown) ? codes[thrown.code] : undefined
  return { code: code ?? 'INTERNAL', detail: messageOf(thrown) }
}
