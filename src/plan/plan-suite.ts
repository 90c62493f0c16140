import { canonicalJson, sha256 } from '../kit/canonical-json.ts'
import { SeaworthyError } from '../kit/errors.ts'
import type { FaultType } from '../model/fault.ts'
import { faultsOf, hasTargets } from '../model/faults-of.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Plan, PlannedExperiment, PlannedObjective } from '../model/plan.ts'
import type { ExperimentSpec, Suite } from '../model/suite.ts'
import { blastRadius } from './blast-radius.ts'
import { broughtOf, broughtWarnings } from './brought.ts'
import { decidability } from './decidability.ts'
import { estimate, windowsOf } from './estimate.ts'
import { planSteps } from './plan-steps.ts'

export interface PlanInput {
  readonly suite: Suite
  readonly inventory: Inventory
  readonly faultTypes: readonly FaultType[]
  readonly engine: string
  readonly seed: number
  /** Names of the only experiments to run; all when empty. */
  readonly only: readonly string[]
}

/** A fault may outlive its window by the time that proving and recovering it takes, and no longer. */
const PROOF_MARGIN_MS = 15_000
/** Enough to tell plans from each other for people; approvals and attestations name all 64 digits. */
const SHORT_DIGEST = 12
const SLICES_A_WINDOW = 10
const SLICE_MS = { least: 100, most: 1_000 }

/**
 * What a run of this suite on this inventory will do, with every target by name.
 * Pure: the same input gives the same plan and the same digest.
 * Throws SeaworthyError('PLAN') for what cannot be done or may not be done, with the remedy.
 */
export function planSuite(input: PlanInput): Plan {
  const { suite, inventory } = input
  const chosen = chooseExperiments(suite, input.only)
  const sliceMs = sliceLength(suite, chosen)
  const experiments = chosen.map((spec) => planExperiment(spec, suite.experiments.indexOf(spec) + 1, sliceMs, input))
  const touched = [...new Set(experiments.flatMap(({ targets }) => targets))].sort()
  const all = inventory.workloads.flatMap(({ replicas }) => replicas)
  const body = {
    suite: { name: suite.name, file: suite.file, digest: suite.digest },
    platform: inventory.platform,
    engine: input.engine,
    seed: input.seed,
    sliceMs,
    warmupMs: suite.windows.warmupMs,
    objectives: suite.objectives,
    guards: suite.limits.abortWhen,
    approval: approvalOf(suite, experiments, input.faultTypes),
    experiments,
    touched,
    untouched: all.filter((replica) => !touched.includes(replica)),
    estimateMs: estimate(suite.windows.warmupMs, experiments),
    brought: broughtOf(inventory),
    warnings: [...broughtWarnings(inventory), ...experiments.flatMap(warningsOf)],
  }
  // The file's place on disk says nothing about what will be done: a plan approved elsewhere must keep its digest.
  const whole = sha256(canonicalJson({ ...body, suite: { name: suite.name, digest: suite.digest } }))
  return { digest: whole.slice(0, SHORT_DIGEST), sha256: whole, ...body }
}

/** Whose approval a plan needs: where the suite names faults or groups of them, only a plan that has one needs any. */
function approvalOf(
  { limits }: Suite,
  experiments: readonly PlannedExperiment[],
  faultTypes: readonly FaultType[],
): Plan['approval'] {
  if (!limits.approval) return undefined
  const { by, byAuthor, signers, needed } = limits.approval
  const steps = experiments.flatMap((one) => [...one.steps, ...one.rules.flatMap((rule) => rule.steps)])
  const types = new Set(faultsOf(steps).map(({ type }) => type))
  const groups = new Set(faultTypes.filter(({ type }) => types.has(type)).map(({ group }) => String(group)))
  const isNeeded = needed.length === 0 || needed.some((one) => types.has(one) || groups.has(one))
  return isNeeded ? { by, byAuthor, signers } : undefined
}

function chooseExperiments(suite: Suite, only: readonly string[]): readonly ExperimentSpec[] {
  const unknown = only.find((name) => !suite.experiments.some((experiment) => experiment.name === name))
  if (unknown !== undefined) {
    throw new SeaworthyError('PLAN', `there is no experiment "${unknown}" in ${suite.file}`, {
      remedy: `It has: ${suite.experiments.map(({ name }) => `"${name}"`).join(', ')}.`,
    })
  }
  return only.length === 0 ? suite.experiments : suite.experiments.filter(({ name }) => only.includes(name))
}

/** The shortest window has ten slices, so that clustering can be seen; never shorter than 100 ms nor longer than a second. */
function sliceLength(suite: Suite, experiments: readonly ExperimentSpec[]): number {
  const shortest = Math.min(
    ...experiments.flatMap((spec) => {
      const windows = windowsOf(suite.windows, spec)
      return [windows.baselineMs, windows.faultMs, windows.recoveryMs]
    }),
  )
  const rounded = Math.floor(shortest / SLICES_A_WINDOW / 50) * 50
  return Math.min(SLICE_MS.most, Math.max(SLICE_MS.least, rounded))
}

function planExperiment(spec: ExperimentSpec, index: number, sliceMs: number, input: PlanInput): PlannedExperiment {
  const windows = windowsOf(input.suite.windows, spec)
  const setting = {
    inventory: input.inventory,
    faultTypes: input.faultTypes,
    seed: input.seed,
    durationMs: windows.faultMs + PROOF_MARGIN_MS,
  }
  const steps = planSteps(spec.steps, index, setting)
  const faults = faultsOf(steps)
  const objectives = objectivesOf(spec, input.suite)
  return {
    name: spec.name,
    index,
    line: spec.line,
    windows,
    objectives,
    steps,
    rules: spec.rules.map((rule) => ({ ...rule, steps: planSteps(rule.steps, index, setting) })),
    search: spec.search,
    recoveryWithinMs: spec.recoveryWithinMs,
    targets: [...new Set(faults.flatMap(({ replicas }) => replicas))].sort(),
    blastRadius: blastRadius(spec, faults, input.suite.limits.blastRadius),
    decidability: objectives.map((objective) => decidability(objective, input.suite.traffic, windows.faultMs, sliceMs)),
  }
}

function objectivesOf(spec: ExperimentSpec, suite: Suite): readonly PlannedObjective[] {
  return suite.objectives.flatMap((objective) => {
    const override = spec.objectives[objective.name]
    if (override === 'off') return []
    return [override === undefined ? objective : { ...objective, need: override }]
  })
}

/** What a plan warns of in one experiment. */
export function warningsOf(experiment: PlannedExperiment): readonly string[] {
  const tooLittle = experiment.decidability
    .filter(({ enough }) => enough === false)
    .map(
      ({ objective, expected, atLeast }) =>
        `${experiment.name}: ${objective} cannot be decided: ${expected} expected in the fault window, at least ${atLeast} needed`,
    )
  const empty = faultsOf(experiment.steps)
    .filter((fault) => !hasTargets(fault))
    .map(({ id, type }) => `${experiment.name}: ${type} (${id}) matches no target, so it will be inconclusive`)
  return [...tooLittle, ...empty]
}
