import type { JudgedStep } from '../judge/facts.ts'
import { judgeSearchStep, nextSearchValue } from '../judge/search.ts'
import type { PlannedExperiment, PlannedStep } from '../model/plan.ts'
import { withParameter } from '../plan/plan-fault.ts'
import { calmWindow, errorOf, faultWindow, type ObservedExperiment } from './experiment.ts'
import { abortedOf, flatten, latenciesOf, windowsOf } from './facts.ts'
import { emptyPhase, type FaultPhase } from './fault-phase.ts'
import { measureAll, type Spans } from './observe-experiment.ts'
import type { Session } from './session.ts'

/** Looks for the value of one parameter at which the objectives break: one baseline, one fault window a value, one recovery. Never throws. */
export async function runSearch(session: Session, experiment: PlannedExperiment): Promise<ObservedExperiment> {
  const steps: JudgedStep[] = []
  const phases: FaultPhase[] = []
  let spans: Spans = {}
  let error: ObservedExperiment['error']
  try {
    const baseline = await calmWindow(session, experiment, 'baseline', experiment.windows.baselineMs)
    spans = { baseline }
    for (let value = next(experiment, steps); value !== undefined; value = next(experiment, steps)) {
      const phase = emptyPhase()
      phases.push(phase)
      const planned = atValue(session, experiment, value, steps.length + 1)
      const fault = await faultWindow(session, planned, phase)
      spans = { baseline, fault: fault.span }
      if (fault.error) throw new SearchStopped(fault.error)
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
      session.context.emit({
        event: 'step.started',
        index: experiment.index,
        detail: `${experiment.search?.parameter} ${value}: ${judged.step.verdict}`,
      })
      // What one value broke must not be counted against the next one.
      if (judged.step.verdict !== 'pass')
        await calmWindow(session, experiment, 'recovery', experiment.windows.recoveryMs)
    }
    const recovery = await calmWindow(
      session,
      experiment,
      'recovery',
      experiment.windows.recoveryMs,
      spans.fault?.endMs,
    )
    spans = { ...spans, recovery }
  } catch (thrown) {
    if (thrown instanceof SearchStopped) error = thrown.facts
    else if (!session.cancelled.aborted) error = errorOf(thrown)
  }
  return {
    experiment,
    spans,
    measurements:
      session.cancelled.aborted || !spans.baseline ? new Map() : await measureAll(session, experiment, spans),
    evidence: phases.flatMap((phase) => [...phase.evidence.values()]),
    checks: phases.flatMap(({ checks }) => checks),
    guardFired: undefined,
    impact: [],
    searchSteps: steps,
    latencies: latenciesOf(session, spans),
    readyAgain: [],
    error,
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
