import { formatDuration } from '../kit/duration.ts'
import { shown } from '../kit/shown.ts'
import type { Journal, JournalExperiment } from '../model/journal.ts'
import type { PolicyChange } from '../model/policy.ts'
import type { ExperimentSpec, StepSpec, Suite } from '../model/suite.ts'
import { unitOf } from '../model/unit-of.ts'
import { compareNeeds, needWords } from './needs.ts'
import { isRequired } from './required.ts'

/**
 * What a journal was judged by less strictly than the base's suite demands: for one that cannot be asked which suite it
 * is of. Experiments, needs, types of faults, searches and times to recover; a journal holds no more of a suite.
 */
export function compareJournal(base: Suite, { experiments }: Pick<Journal, 'experiments'>): readonly PolicyChange[] {
  return base.experiments.flatMap((experiment) => {
    const now = experiments.find(({ name }) => name === experiment.name)
    const effect = isRequired(base, experiment.name) ? ('blocks' as const) : ('shown' as const)
    const changes: readonly Change[] = now
      ? compareOne(experiment, now, base)
      : [{ what: `experiment ${experiment.name}`, from: 'in the suite', to: 'not in the journal', kind: 'loosened' }]
    return changes.map((change) => ({ ...change, effect }))
  })
}

type Change = Omit<PolicyChange, 'effect'>

function compareOne(experiment: ExperimentSpec, now: JournalExperiment, base: Suite): readonly Change[] {
  const { name } = experiment
  const [types, seen] = [faultTypes(experiment.steps), now.faults.map(({ type }) => type)]
  const faults: readonly Change[] =
    types.join() === seen.join()
      ? []
      : [{ what: `faults of ${name}`, from: types.join(', '), to: seen.join(', ') || 'none', kind: 'changed' }]
  return [
    ...faults,
    ...compareObjectives(experiment, now, base),
    ...compareSearch(experiment, now),
    ...compareLimit(experiment, now),
  ]
}

function faultTypes(steps: readonly StepSpec[]): readonly string[] {
  return steps.flatMap((step) =>
    step.step === 'fault' ? [step.fault.type] : step.step === 'parallel' ? faultTypes(step.steps) : [],
  )
}

function compareObjectives(experiment: ExperimentSpec, now: JournalExperiment, base: Suite): readonly Change[] {
  // A search judges its steps, and a journal does not hold what each of them needed.
  if (experiment.search && now.search) return []
  return base.objectives.flatMap(({ name, indicator, need }) => {
    const wanted = experiment.objectives[name] ?? need
    const found = now.objectives.find((objective) => objective.name === name)
    const kind = compareNeeds(wanted, found?.need)
    if (!kind) return []
    const what = `objective ${name} in ${experiment.name}`
    const unit = unitOf(indicator)
    return [{ what, from: needWords(wanted, unit), to: needWords(found?.need, found?.unit ?? unit), kind }]
  })
}

function compareSearch({ name, search }: ExperimentSpec, { search: now }: JournalExperiment): readonly Change[] {
  if (!search) return []
  const what = `search of ${name}`
  if (!now) return [{ what, from: 'a search', to: 'none', kind: 'loosened' }]
  const { atLeast } = search
  if (atLeast === undefined || (now.atLeast !== null && now.atLeast >= atLeast)) return []
  return [{ what: `${what}, at-least`, from: shown(atLeast), to: shown(now.atLeast ?? 'nothing'), kind: 'loosened' }]
}

function compareLimit(
  { name, recoveryWithinMs: limitMs }: ExperimentSpec,
  { recovery }: JournalExperiment,
): readonly Change[] {
  if (limitMs === undefined) return []
  const now = recovery?.limitMs
  if (typeof now === 'number' && now <= limitMs) return []
  const to = typeof now === 'number' ? formatDuration(now) : 'no limit'
  return [{ what: `time to recover in ${name}`, from: formatDuration(limitMs), to, kind: 'loosened' }]
}
