import type { JudgedStep } from '../judge/facts.ts'
import { judgeSearchStep, nextSearchValue } from '../judge/search.ts'
import { faultsOf, hasTargets } from '../model/faults-of.ts'
import type { PlannedExperiment, PlannedStep } from '../model/plan.ts'
import { withParameter } from '../plan/plan-fault.ts'
import { baselineWindow, calmWindow, errorOf, faultWindow, lookBack, trafficOnly } from './experiment.ts'
import { abortedOf, flatten, windowsOf } from './facts.ts'
import { emptyPhase, type FaultPhase, unended } from './fault-phase.ts'
import { unhealthy } from './healthy.ts'
import { measureAll, type Spans } from './observe-experiment.ts'
import type { ObservedExperiment } from './observed.ts'
import type { Session } from './session.ts'

/** Looks for the value of one parameter at which the objectives break: one baseline, one fault window a value, one recovery. Never throws. */
export async function runSearch(
  session: Session,
  experiment: PlannedExperiment,
  calmSinceMs?: number,
): Promise<ObservedExperiment> {
  const steps: JudgedStep[] = []
  const phases: FaultPhase[] = []
  let spans: Spans = {}
  let error: ObservedExperiment['error']
  try {
    const baseline = await baselineWindow(session, experiment, calmSinceMs)
    spans = { baseline }
    await refuseUnhealthy(session, experiment, spans)
    const injectable = faultsOf(experiment.steps).every(hasTargets)
    for (let value = next(experiment, steps); injectable && value !== undefined; value = next(experiment, steps)) {
      const phase = emptyPhase()
      phases.push(phase)
      const planned = atValue(session, experiment, value, steps.length + 1)
      const fault = await faultWindow(session, planned, phase)
      if (fault.error) throw new SearchStopped(fault.error)
      session.cancelled.throwIfAborted()
      spans = { baseline, fault: fault.span }
      const measurements = flatten(await measureAll(session, experiment, spans))
      const facts = {
        value,
        planned,
        measurements,
        evidence: [...phase.evidence.values()],
        aborted: abortedOf(fault.guardFired),
        windows: windowsOf(spans),
      }
      const judged = judgeSearchStep(facts)
      steps.push(judged)
      const [left] = unended(phase)
      if (left !== undefined)
        throw new SearchStopped({
          code: 'CLEANUP_UNPROVEN',
          detail: `no further value was tried: ${left} may still be on`,
        })
      session.context.emit({
        event: 'step.started',
        index: experiment.index,
        detail: `${experiment.search?.parameter} ${value}: ${judged.step.verdict}`,
      })
      // What one value broke must not be counted against the next one.
      if (judged.step.verdict !== 'pass')
        await calmWindow(session, experiment, 'recovery', experiment.windows.recoveryMs)
    }
    if (spans.fault) {
      const recovery = await calmWindow(
        session,
        experiment,
        'recovery',
        experiment.windows.recoveryMs,
        spans.fault.endMs,
      )
      spans = { ...spans, recovery }
    }
  } catch (thrown) {
    if (thrown instanceof SearchStopped) error = thrown.facts
    else if (!session.cancelled.aborted) error = errorOf(thrown)
  }
  const seen = await lookBack(session, experiment, spans)
  return {
    experiment,
    spans,
    measurements: seen.measurements,
    evidence: phases.flatMap((phase) => [...phase.evidence.values()]),
    checks: phases.flatMap(({ checks }) => checks),
    guardFired: undefined,
    impact: [],
    searchSteps: steps,
    latencies: seen.latencies,
    readyAgain: [],
    error: error ?? seen.error,
    unended: phases.flatMap(unended),
    cancelled: session.cancelled.aborted,
  }
}

class SearchStopped extends Error {
  readonly facts: NonNullable<ObservedExperiment['error']>

  constructor(facts: NonNullable<ObservedExperiment['error']>) {
    super(facts.detail)
    this.facts = facts
  }
}

/** A search of a service that is failing already would find nothing, and only hurt. */
async function refuseUnhealthy(session: Session, experiment: PlannedExperiment, spans: Spans): Promise<void> {
  const sick = unhealthy(experiment, await measureAll(session, trafficOnly(experiment), spans))
  if (sick === undefined) return
  const detail = `no fault was put on, because ${sick} was already failing`
  throw new SearchStopped({ code: 'BASELINE_UNHEALTHY', detail })
}

function next(experiment: PlannedExperiment, steps: readonly JudgedStep[]): number | undefined {
  return (
    experiment.search &&
    nextSearchValue(
      experiment.search,
      steps.map(({ step }) => step),
    )
  )
}

/** The same experiment with the searched parameter set, its fault under an id of its own. */
function atValue(session: Session, experiment: PlannedExperiment, value: number, count: number): PlannedExperiment {
  const { search } = experiment
  if (!search) return experiment
  const setting = {
    inventory: session.inventory,
    faultTypes: session.faultTypes,
    seed: session.plan.seed,
    durationMs: 0,
  }
  const change = (step: PlannedStep): PlannedStep => {
    if (step.step === 'parallel') return { step: 'parallel', steps: step.steps.map(change) }
    if (step.step !== 'fault') return step
    return {
      step: 'fault',
      fault: withParameter(step.fault, search.parameter, value, setting, `${step.fault.id}s${count}`),
    }
  }
  return { ...experiment, steps: experiment.steps.map(change) }
}
