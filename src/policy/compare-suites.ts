import { formatDuration } from '../kit/duration.ts'
import type { PolicyChange } from '../model/policy.ts'
import type { ExperimentSpec, ObjectiveSpec, Suite } from '../model/suite.ts'
import { unitOf } from '../model/unit-of.ts'
import { compareExperiment } from './compare-experiment.ts'
import { differences } from './differences.ts'
import { compareNeeds, needWords } from './needs.ts'
import { isRequired, requiresAny } from './required.ts'

/**
 * What the head's suite would demand less than its base's: objectives, experiments, traffic, windows, the policy itself.
 * `left` are names of experiments that this run does not do. What is new, or stricter, is no change here. Limits are
 * compared by `tighten`.
 */
export function compareSuites(base: Suite, head: Suite, left: readonly string[]): readonly PolicyChange[] {
  return [
    ...base.objectives.flatMap((objective) => compareObjective(objective, base, head)),
    ...base.experiments.flatMap((experiment) => compareOne(experiment, base, head, left)),
    ...compareMeasuring(base, head),
    ...comparePolicy(base, head),
  ]
}

function compareObjective(objective: ObjectiveSpec, base: Suite, head: Suite): readonly PolicyChange[] {
  const { name, indicator, need } = objective
  const effect = judgedWhereRequired(name, base) ? 'blocks' : 'shown'
  const now = head.objectives.find((candidate) => candidate.name === name)
  const unit = unitOf(indicator)
  if (!now) return [{ what: `objective ${name}`, from: needWords(need, unit), to: 'removed', kind: 'loosened', effect }]
  const kind = compareNeeds(need, now.need)
  const needs: readonly PolicyChange[] = kind
    ? [
        {
          what: `objective ${name}`,
          from: needWords(need, unit),
          to: needWords(now.need, unitOf(now.indicator)),
          kind,
          effect,
        },
      ]
    : []
  return [...needs, ...compareIndicators(objective, now, effect)]
}

/** A longer time to answer in is looser; anything else that is measured in another way cannot be ordered. */
function compareIndicators(
  { name, indicator }: ObjectiveSpec,
  now: ObjectiveSpec,
  effect: PolicyChange['effect'],
): readonly PolicyChange[] {
  const other = now.indicator
  if (indicator.kind === other.kind && 'ms' in indicator && 'ms' in other && indicator.source === other.source) {
    const rest = differences({ ...indicator, ms: 0 }, { ...other, ms: 0 })
    if (rest.length === 0) {
      if (other.ms <= indicator.ms) return []
      const what = `time of objective ${name}`
      return [{ what, from: formatDuration(indicator.ms), to: formatDuration(other.ms), kind: 'loosened', effect }]
    }
  }
  return differences(indicator, other).map(({ path, from, to }) => ({
    what: `indicator of ${name}, ${path}`,
    from,
    to,
    kind: 'changed',
    effect,
  }))
}

function judgedWhereRequired(objective: string, base: Suite): boolean {
  return base.experiments.some(({ name, objectives }) => objectives[objective] !== 'off' && isRequired(base, name))
}

function compareOne(
  experiment: ExperimentSpec,
  base: Suite,
  head: Suite,
  left: readonly string[],
): readonly PolicyChange[] {
  const { name } = experiment
  const effect = isRequired(base, name) ? 'blocks' : 'shown'
  const now = head.experiments.find((candidate) => candidate.name === name)
  const gone = (to: string): readonly PolicyChange[] => [
    { what: `experiment ${name}`, from: 'in the suite', to, kind: 'loosened', effect },
  ]
  if (!now) return gone('removed')
  return [
    ...(left.includes(name) ? gone('left out of this run by the input only') : []),
    ...compareExperiment({ experiment, suite: base }, { experiment: now, suite: head }).map((change) => ({
      ...change,
      effect: effect as PolicyChange['effect'],
    })),
  ]
}

/** Who plays the users, where metrics come from, and how long is measured. */
function compareMeasuring(base: Suite, head: Suite): readonly PolicyChange[] {
  const effect = requiresAny(base) ? 'blocks' : 'shown'
  const asksPrometheus = base.objectives.some(({ indicator }) => indicator.source === 'prometheus')
  const told = (part: string, from: unknown, to: unknown): readonly PolicyChange[] =>
    differences(from, to).map((one) => ({
      what: one.path === '' ? part : `${part}, ${one.path}`,
      from: one.from,
      to: one.to,
      kind: 'changed',
      effect,
    }))
  const shorter = head.windows.faultMs < base.windows.faultMs
  const windows: readonly PolicyChange[] = shorter
    ? [
        {
          what: 'fault window',
          from: formatDuration(base.windows.faultMs),
          to: formatDuration(head.windows.faultMs),
          kind: 'loosened',
          effect,
        },
      ]
    : []
  return [
    ...windows,
    ...told('traffic', base.traffic, head.traffic),
    ...(asksPrometheus ? told('prometheus', base.prometheus, head.prometheus) : []),
  ]
}

/** The policy of the base counts in any case; that the change would end it is said. */
function comparePolicy({ policy: base }: Suite, { policy: head }: Suite): readonly PolicyChange[] {
  if (!base) return []
  const lost = lostNames(base.required, head?.required ?? false)
  const keys = [
    ['policy on-inconclusive', base.onInconclusive, head?.onInconclusive ?? 'any'],
    ['policy mode', base.mode, head?.mode ?? 'any'],
  ] as const
  return [
    ...(lost === undefined
      ? []
      : [{ what: 'policy required', ...lost, kind: 'loosened' as const, effect: 'blocks' as const }]),
    ...keys.flatMap(([what, from, to]) =>
      from === to || from === 'any'
        ? []
        : [{ what, from, to, kind: 'loosened' as const, effect: 'base-counts' as const }],
    ),
  ]
}

type Required = boolean | readonly string[]

function lostNames(base: Required, head: Required): { readonly from: string; readonly to: string } | undefined {
  if (base === false || head === true) return undefined
  const kept = head === false ? [] : head
  const lost = base === true || base.some((name) => !kept.includes(name))
  const words = (names: Required) => (names === true ? 'all' : names === false ? 'none' : names.join(', ') || 'none')
  return lost ? { from: words(base), to: words(head) } : undefined
}
