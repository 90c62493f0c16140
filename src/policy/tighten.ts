import { formatDuration } from '../kit/duration.ts'
import type { PolicyChange } from '../model/policy.ts'
import type { ApprovalSpec, BlastRadius, ExperimentSpec, GuardSpec, LimitsSpec, Suite } from '../model/suite.ts'
import { unitOf } from '../model/unit-of.ts'
import { hoursWords, isWithin } from './hours.ts'
import { percent } from './needs.ts'

export interface Tightened {
  readonly suite: Suite
  readonly changes: readonly PolicyChange[]
}

/**
 * The head's suite with the stricter of its own limits and its base's: what a change would allow itself, it is not
 * allowed before it is merged. A plan that needs more is refused like any other that goes beyond its limits.
 */
export function tighten(base: Suite, head: Suite): Tightened {
  const radius = tightenRadius(base, head)
  const guards = tightenGuards(base, head)
  const hours = tightenHours(base.limits, head.limits)
  const approval = tightenApproval(base.limits, head.limits)
  const experiments = head.experiments.map((experiment) => tightenExperiment(experiment, base, head))
  return {
    suite: {
      ...head,
      limits: {
        blastRadius: radius.value,
        abortWhen: guards.value,
        hours: hours.value,
        approval: approval.value,
      },
      experiments: experiments.map(({ value }) => value),
    },
    changes: [radius, guards, hours, approval, ...experiments].flatMap(({ changes }) => changes),
  }
}

interface Part<Value> {
  readonly value: Value
  readonly changes: readonly PolicyChange[]
}

const counts = (what: string, from: string, to: string): PolicyChange => ({
  what,
  from,
  to,
  kind: 'loosened',
  effect: 'base-counts',
})

function tightenRadius(base: Suite, head: Suite): Part<BlastRadius> {
  return lower('limits blast-radius', base.limits.blastRadius, head.limits.blastRadius)
}

function lower(what: string, most: BlastRadius, wanted: BlastRadius): Part<BlastRadius> {
  return {
    value: { targets: Math.min(most.targets, wanted.targets), ratio: Math.min(most.ratio, wanted.ratio) },
    changes: [
      ...(wanted.targets > most.targets ? [counts(`${what} targets`, `${most.targets}`, `${wanted.targets}`)] : []),
      ...(wanted.ratio > most.ratio ? [counts(`${what} percent`, percent(most.ratio), percent(wanted.ratio))] : []),
    ],
  }
}

/** An experiment's own radius goes before the suite's, so it has to be held to the base's as well. */
function tightenExperiment(experiment: ExperimentSpec, base: Suite, head: Suite): Part<ExperimentSpec> {
  const before = base.experiments.find(({ name }) => name === experiment.name)
  const own = { ...definedOnly(before?.blastRadius ?? {}), ...definedOnly(experiment.blastRadius) }
  if (Object.keys(own).length === 0) return { value: experiment, changes: [] }
  const most = { ...base.limits.blastRadius, ...definedOnly(before?.blastRadius ?? {}) }
  const wanted = { ...head.limits.blastRadius, ...definedOnly(experiment.blastRadius) }
  const { value, changes } = lower(`blast-radius of ${experiment.name},`, most, wanted)
  return { value: { ...experiment, blastRadius: value }, changes }
}

function definedOnly(radius: Partial<BlastRadius>): Partial<BlastRadius> {
  return Object.fromEntries(Object.entries(radius).filter(([, value]) => value !== undefined))
}

function tightenGuards({ limits: base }: Suite, head: Suite): Part<readonly GuardSpec[]> {
  const lost = base.abortWhen.filter(
    (guard) =>
      !head.limits.abortWhen.some(({ objective, below }) => objective === guard.objective && below >= guard.below),
  )
  const changes = lost.map((guard): PolicyChange => {
    const now = head.limits.abortWhen.find(({ objective }) => objective === guard.objective)
    const what = `limits abort-when of ${guard.objective}`
    const change = counts(what, `below ${percent(guard.below)}`, now ? `below ${percent(now.below)}` : 'removed')
    return isShare(guard, head) ? change : { ...change, to: 'nothing that it could watch', effect: 'blocks' }
  })
  const kept = head.limits.abortWhen.filter(({ objective }) => !lost.some((guard) => guard.objective === objective))
  return { value: [...kept, ...lost.filter((guard) => isShare(guard, head))], changes }
}

function isShare({ objective }: GuardSpec, { objectives }: Suite): boolean {
  return objectives.some(({ name, indicator }) => name === objective && unitOf(indicator) === 'share')
}

function tightenHours({ hours: base }: LimitsSpec, { hours: head }: LimitsSpec): Part<LimitsSpec['hours']> {
  if (!base || (head && isWithin(head, base))) return { value: head, changes: [] }
  return { value: base, changes: [counts('limits hours', hoursWords(base), hoursWords(head))] }
}

function tightenApproval({ approval: base }: LimitsSpec, { approval: head }: LimitsSpec): Part<LimitsSpec['approval']> {
  if (!base) return { value: head, changes: [] }
  const looser = looserApproval(base, head)
  if (looser.length === 0) return { value: head, changes: [] }
  return { value: base, changes: looser.map(({ what, from, to }) => counts(`limits approval${what}`, from, to)) }
}

interface Looser {
  readonly what: string
  readonly from: string
  readonly to: string
}

/** Fewer who may sign, more that must be signed, and sooner, are stricter. */
function looserApproval(base: ApprovalSpec, head: ApprovalSpec | undefined): readonly Looser[] {
  if (!head) return [{ what: '', from: `by ${base.by.join(', ')}`, to: 'removed' }]
  const everything = (needed: readonly string[]) => (needed.length === 0 ? 'every plan' : needed.join(', '))
  const lessNeeded =
    head.needed.length > 0 && (base.needed.length === 0 || base.needed.some((one) => !head.needed.includes(one)))
  const found: readonly (Looser & { readonly is: boolean })[] = [
    {
      is: head.by.some((who) => !base.by.includes(who)),
      what: ' by',
      from: base.by.join(', '),
      to: head.by.join(', '),
    },
    { is: lessNeeded, what: ' needed', from: everything(base.needed), to: everything(head.needed) },
    { is: head.byAuthor && !base.byAuthor, what: ' by the author', from: 'no', to: 'yes' },
    {
      is: head.withinMs > base.withinMs,
      what: ' within',
      from: formatDuration(base.withinMs),
      to: formatDuration(head.withinMs),
    },
    { is: head.signers !== base.signers, what: ' signers', from: base.signers ?? 'none', to: head.signers ?? 'none' },
  ]
  return found.filter(({ is }) => is)
}
