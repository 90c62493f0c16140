import type { PlannedFault, PlannedStep } from './plan.ts'

/** Every fault of an experiment, in order. */
export function faultsOf(steps: readonly PlannedStep[]): readonly PlannedFault[] {
  return steps.flatMap((step) =>
    step.step === 'fault' ? [step.fault] : step.step === 'parallel' ? faultsOf(step.steps) : [],
  )
}
