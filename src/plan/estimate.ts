import type { Plan, PlannedExperiment } from '../model/plan.ts'
import type { ExperimentSpec, WindowsSpec } from '../model/suite.ts'

/** Windows of one experiment: its own where it says so, the suite's elsewhere. */
export function windowsOf(windows: WindowsSpec, spec: ExperimentSpec): PlannedExperiment['windows'] {
  return {
    baselineMs: spec.windows.baselineMs ?? windows.baselineMs,
    faultMs: spec.windows.faultMs ?? windows.faultMs,
    recoveryMs: spec.windows.recoveryMs ?? windows.recoveryMs,
  }
}

/** Milliseconds that each phase is configured to take; our own overhead comes on top. */
export function estimate(warmupMs: number, experiments: readonly PlannedExperiment[]): Plan['estimateMs'] {
  return [
    { phase: 'steady state', ms: warmupMs },
    ...experiments.map((experiment) => ({ phase: experiment.name, ms: experimentMs(experiment) })),
  ]
}

/** Longest time that an experiment is configured to take, in ms: a search waits for the recovery from each value that broke. */
export function experimentMs(experiment: PlannedExperiment): number {
  const { baselineMs, faultMs, recoveryMs } = experiment.windows
  return baselineMs + (faultMs + recoveryMs) * mostFaultWindows(experiment)
}

/** A bisection asks both ends and then halves the range until it is as narrow as the precision. */
function mostFaultWindows({ search }: PlannedExperiment): number {
  if (!search) return 1
  return 2 + Math.ceil(Math.log2(Math.max(1, (search.to - search.from) / search.precision)))
}
