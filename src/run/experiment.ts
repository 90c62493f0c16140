import { isSeaworthyError, messageOf } from '../kit/errors.ts'
import { faultsOf, hasTargets } from '../model/faults-of.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { WindowSpan } from '../model/ports.ts'
import type { ReasonCode } from '../model/verdict.ts'
import { latenciesOf } from './facts.ts'
import { emptyPhase, type FaultPhase, prove, recoverAll, runSteps, unended } from './fault-phase.ts'
import { GuardFired, watchGuards } from './guards.ts'
import { unhealthy } from './healthy.ts'
import { type CountMarks, impactOf } from './impact.ts'
import { measureAll, type Spans } from './observe-experiment.ts'
import type { ObservedExperiment } from './observed.ts'
import { readyAgain } from './ready-again.ts'
import { watchRedLine } from './red-line.ts'
import { watchRules } from './rules.ts'
import type { Session } from './session.ts'
import { untilAborted, watchWindow } from './watch-window.ts'

const NO_MARKS: CountMarks = { baseline: [], fault: [], end: [] }

/**
 * One experiment without a search: baseline, faults, proof, recovery. Never throws; whatever went wrong is in the result.
 * The baseline begins as early as the preview is known to be calm.
 */
export async function runExperiment(
  session: Session,
  experiment: PlannedExperiment,
  calmSinceMs?: number,
): Promise<ObservedExperiment> {
  const spans: { baseline?: WindowSpan; fault?: WindowSpan; recovery?: WindowSpan } = {}
  const phase = emptyPhase()
  let marks = NO_MARKS
  let guardFired: ObservedExperiment['guardFired']
  let error: ObservedExperiment['error']
  try {
    // Targets are found and watched while nothing is broken yet; the injection is then one small step.
    await session.engine.expect?.(faultsOf(experiment.steps))
    const before = session.platform.serviceCounts()
    spans.baseline = await baselineWindow(session, experiment, calmSinceMs)
    // Nothing is broken that is already failing, and nothing that has no target: either would prove nothing.
    const quick = await measureAll(session, trafficOnly(experiment), { baseline: spans.baseline })
    if (unhealthy(experiment, quick) === undefined && faultsOf(experiment.steps).every(hasTargets)) {
      const during = session.platform.serviceCounts()
      const fault = await faultWindow(session, experiment, phase)
      error = fault.error
      session.cancelled.throwIfAborted()
      spans.fault = fault.span
      guardFired = fault.guardFired
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
  error ??= await forgetUnused(session, experiment)
  const seen = await lookBack(session, experiment, spans)
  return {
    experiment,
    spans,
    measurements: seen.measurements,
    evidence: [...phase.evidence.values()],
    checks: phase.checks,
    guardFired,
    impact: impactOf(marks, new Set(faultsOf(experiment.steps).map(({ workload }) => workload))),
    searchSteps: [],
    latencies: seen.latencies,
    readyAgain: readyAgain(session, experiment, spans),
    error: error ?? seen.error,
    unended: unended(phase),
    cancelled: session.cancelled.aborted,
  }
}

/** Nothing of a fault that was expected and not injected stays. Never throws. */
async function forgetUnused(session: Session, experiment: PlannedExperiment): Promise<ObservedExperiment['error']> {
  try {
    await session.engine.forget?.(faultsOf(experiment.steps))
    return undefined
  } catch (thrown) {
    return errorOf(thrown)
  }
}

export function trafficOnly(experiment: PlannedExperiment): PlannedExperiment {
  return { ...experiment, objectives: experiment.objectives.filter(({ indicator }) => indicator.source === 'traffic') }
}

type LookBack = Pick<ObservedExperiment, 'measurements' | 'latencies' | 'error'>

/** What was measured in the windows that took place; nothing of a run that was cancelled. Never throws. */
export async function lookBack(session: Session, experiment: PlannedExperiment, spans: Spans): Promise<LookBack> {
  const nothing = { measurements: new Map(), latencies: {} }
  if (Object.keys(spans).length === 0 || session.cancelled.aborted) return { ...nothing, error: undefined }
  try {
    const measurements = await measureAll(session, experiment, spans)
    return { measurements, latencies: latenciesOf(session, spans), error: undefined }
  } catch (thrown) {
    return { ...nothing, error: session.cancelled.aborted ? undefined : errorOf(thrown) }
  }
}

/**
 * The time before anything is broken. While the experiment before was still being measured (Prometheus knows the end of a
 * window a scrape later) the users went on, and that counts: up to half of the window, the rest is watched as it happens.
 */
export function baselineWindow(
  session: Session,
  experiment: PlannedExperiment,
  calmSinceMs = Number.POSITIVE_INFINITY,
): Promise<WindowSpan> {
  const { baselineMs } = experiment.windows
  const nowMs = session.clock.now()
  const startMs = Math.max(Math.min(calmSinceMs, nowMs), nowMs - baselineMs / 2)
  return calmWindow(session, experiment, 'baseline', baselineMs, startMs)
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
  const redLine = watchRedLine(session)
  const signal = AbortSignal.any([guards.signal, redLine.signal, session.cancelled])
  const rules = watchRules(session, experiment, (rule) => runSteps(session, experiment, rule.steps, phase, signal))
  let error: ObservedExperiment['error']
  try {
    await runSteps(session, experiment, experiment.steps, phase, signal)
    const endMs = startMs + experiment.windows.faultMs
    const looked = await proveUntil(session, endMs, prove(session, experiment, phase), signal)
    // An effect may need time, or traffic; what is proven by now is not asked again, so that the window ends on time.
    if (looked && !allProven(phase)) await untilAborted(prove(session, experiment, phase), signal)
  } catch (thrown) {
    if (!signal.aborted) error = errorOf(thrown)
  }
  // A remedy that has begun is part of what is judged; it ends with the window's signal at the latest.
  try {
    await rules.end()
  } catch (thrown) {
    if (!signal.aborted) error ??= errorOf(thrown)
  }
  const endMs = session.clock.now()
  const reason: unknown = guards.signal.reason
  const guardFired = reason instanceof GuardFired ? { guard: reason.guard, afterMs: endMs - startMs } : undefined
  if (guards.signal.aborted && !guardFired) error ??= errorOf(reason)
  redLine.stop()
  if (redLine.signal.aborted) error ??= { code: 'ABORTED_EXTERNALLY', detail: String(redLine.signal.reason) }
  // Deaf from here on, as what they would see is no longer the fault; waited for when the faults have ended.
  const stopped = guards.stop()
  const failures = await recoverAll(
    session,
    experiment,
    phase,
    guardFired || redLine.signal.aborted || session.cancelled.aborted ? 'abort' : 'request',
  )
  await stopped
  if (failures.length > 0) error ??= { code: 'ENGINE_FAILED', detail: failures.join('; ') }
  return { span: { window: 'fault', startMs, endMs, sliceMs: session.plan.sliceMs }, guardFired, error }
}

/** Waits for the end of the window while the proof is looked for, and no longer. Whether the look has ended; throws at once what it throws. */
async function proveUntil(session: Session, endMs: number, look: Promise<void>, signal: AbortSignal): Promise<boolean> {
  const left = new AbortController()
  let looked = false
  const ended = session.clock.sleep(endMs - session.clock.now(), AbortSignal.any([signal, left.signal]))
  const failed = look.then(() => {
    looked = true
    return ended
  })
  try {
    await Promise.race([ended, failed])
  } finally {
    left.abort()
    // Who lost the race has nobody else to tell.
    for (const loser of [ended, failed]) loser.catch(() => undefined)
  }
  return looked
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
  const remedy = isSeaworthyError(thrown) ? thrown.remedy : undefined
  const message = messageOf(thrown)
  // What to do about it is nowhere else: the error ends here.
  return { code: code ?? 'INTERNAL', detail: remedy === undefined ? message : `${message}. ${remedy}` }
}
