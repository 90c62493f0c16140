import type { PlannedStep } from '../model/plan.ts'
import type { StepSpec } from '../model/suite.ts'
import { type FaultSetting, planFault } from './plan-fault.ts'

/** Steps of one experiment with their faults resolved; fault ids count through the experiment: `e2f1`, `e2f2`. */
export function planSteps(steps: readonly StepSpec[], index: number, setting: FaultSetting): readonly PlannedStep[] {
  let used = 0
  const plan = (step: StepSpec): PlannedStep => {
    if (step.step === 'parallel') return { step: 'parallel', steps: step.steps.map(plan) }
    if (step.step !== 'fault') return step
    const faults = planFault(step.fault, (offset) => `e${index}f${used + offset + 1}`, setting)
    used += faults.length
    const planned = faults.map((fault): PlannedStep => ({ step: 'fault', fault }))
    return planned.length === 1 && planned[0] ? planned[0] : { step: 'parallel', steps: planned }
  }
  return steps.map(plan)
}
