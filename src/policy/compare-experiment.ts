import { formatDuration } from '../kit/duration.ts'
import { shown } from '../kit/shown.ts'
import type { PolicyChange } from '../model/policy.ts'
import type { ExperimentSpec, Need, ObjectiveSpec, StepSpec, Suite } from '../model/suite.ts'
import { unitOf } from '../model/unit-of.ts'
import { differences } from './differences.ts'
import { compareNeeds, needWords, type Wanted } from './needs.ts'

/** An experiment with the suite that says what it does not say itself. */
export interface InSuite {
  readonly experiment: ExperimentSpec
  readonly suite: Suite
}

type Change = Omit<PolicyChange, 'effect'>

/** What an experiment of the same name demands less than the base's: needs, faults, search, recovery, windows. */
export function compareExperiment(base: InSuite, head: InSuite): readonly Change[] {
  return [
    ...compareOverrides(base, head),
    ...compareFaults(base.experiment, head.experiment),
    ...compareSearches(base.experiment, head.experiment),
    ...compareRecovery(base, head),
    ...compareWindows(base, head),
  ]
}

/** Only where the experiment itself says something else; what the suite says for all is told once, of the objective. */
function compareOverrides(base: InSuite, head: InSuite): readonly Change[] {
  return base.suite.objectives.flatMap((objective) => {
    const { name } = objective
    const own = [base, head].map(({ experiment }) => overrideOf(experiment, name))
    const now = head.suite.objectives.find((candidate) => candidate.name === name)
    if (!now || differences(own[0], own[1]).length === 0) return []
    const [from, to] = [own[0] ?? objective.need, own[1] ?? now.need]
    const kind = compareNeeds(from, to)
    if (!kind) return []
    const what = `objective ${name} in ${base.experiment.name}`
    return [{ what, from: wordsOf(from, objective), to: wordsOf(to, now), kind }]
  })
}

function overrideOf({ objectives }: ExperimentSpec, name: string): Need | 'off' | undefined {
  return Object.hasOwn(objectives, name) ? objectives[name] : undefined
}

function wordsOf(need: Wanted, { indicator }: ObjectiveSpec): string {
  return needWords(need, unitOf(indicator))
}

/** Faults cannot be ordered: 200 ms may hurt less than 100 ms with more loss. Any other fault is a change. */
function compareFaults(base: ExperimentSpec, head: ExperimentSpec): readonly Change[] {
  const parts = [
    ['steps', plainSteps(base.steps), plainSteps(head.steps)],
    ['rules', plainRules(base), plainRules(head)],
  ] as const
  return parts.flatMap(([part, from, to]) =>
    differences(from, to).map((one) => ({
      what: `${part} of ${base.name}, ${one.path}`,
      from: one.from,
      to: one.to,
      kind: 'changed' as const,
    })),
  )
}

function plainRules({ rules }: ExperimentSpec) {
  return rules.map((rule) => ({ ...rule, steps: plainSteps(rule.steps) }))
}

/** Without what says nothing about what is done: the line, and how a parameter was written. */
function plainSteps(steps: readonly StepSpec[]): readonly unknown[] {
  return steps.map((step) => {
    if (step.step === 'parallel') return { step: step.step, steps: plainSteps(step.steps) }
    if (step.step !== 'fault') return step
    const { type, target, parameters } = step.fault
    return { step: step.step, fault: { type, target, parameters } }
  })
}

function compareSearches({ name, search: base }: ExperimentSpec, { search: head }: ExperimentSpec): readonly Change[] {
  const what = `search of ${name}`
  if (!base && !head) return []
  if (!base || !head)
    return [
      { what, from: base ? 'a search' : 'none', to: head ? 'a search' : 'none', kind: base ? 'loosened' : 'changed' },
    ]
  const { atLeast: wanted, ...asked } = base
  const { atLeast: now, ...asks } = head
  const lower = wanted !== undefined && (now === undefined || now < wanted)
  return [
    ...(lower
      ? [{ what: `${what}, at-least`, from: shown(wanted), to: shown(now ?? 'nothing'), kind: 'loosened' as const }]
      : []),
    ...differences(asked, asks).map((one) => ({
      what: `${what}, ${one.path}`,
      from: one.from,
      to: one.to,
      kind: 'changed' as const,
    })),
  ]
}

/** Without a limit of its own an experiment must recover before its window ends. */
function compareRecovery(base: InSuite, head: InSuite): readonly Change[] {
  const [from, to] = [base, head].map(
    ({ experiment, suite }) => experiment.recoveryWithinMs ?? experiment.windows.recoveryMs ?? suite.windows.recoveryMs,
  )
  if (from === undefined || to === undefined || to <= from) return []
  const what = `time to recover in ${base.experiment.name}`
  return [{ what, from: formatDuration(from), to: formatDuration(to), kind: 'loosened' }]
}

function compareWindows(base: InSuite, head: InSuite): readonly Change[] {
  const own = [base, head].map(({ experiment }) => experiment.windows.faultMs)
  if (own[0] === own[1]) return []
  const [from, to] = [own[0] ?? base.suite.windows.faultMs, own[1] ?? head.suite.windows.faultMs]
  if (to >= from) return []
  const what = `fault window of ${base.experiment.name}`
  return [{ what, from: formatDuration(from), to: formatDuration(to), kind: 'loosened' }]
}
