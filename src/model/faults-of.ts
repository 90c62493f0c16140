import type { PlannedFault, PlannedStep } from './plan.ts'

/** Whether anything is there to be hurt: a fault that matched nothing has neither a recipe nor an order. */
export function hasTargets({ recipe, order }: PlannedFault): boolean {
  return recipe !== undefined || order !== undefined
}

/** What a fault is done with, for people; undefined when it matched nothing. */
export function mechanismOf({ recipe, order }: PlannedFault): string | undefined {
  return recipe?.mechanism ?? order?.mechanism
}

/** Every fault of an experiment, in order. */
export function faultsOf(steps: readonly PlannedStep[]): readonly PlannedFault[] {
  return steps.flatMap((step) =>
    step.step === 'fault' ? [step.fault] : step.step === 'parallel' ? faultsOf(step.steps) : [],
  )
}
