import { exactUpperBound } from '../kit/statistics/exact-bounds.ts'
import { JUDGING_ALPHA } from '../kit/statistics/sample-size.ts'
import type { Journal, JournalExperiment, JudgedObjective } from '../model/journal.ts'
import { VERDICTS, type Verdict } from '../model/verdict.ts'
import { isProven, recomputeVerdict } from './recompute.ts'

/**
 * Why a journal that somebody else wrote cannot have come from a run: it claims more than its own parts allow, or they do
 * not fit each other. One that claims less is left as it is. Empty for every journal of ours.
 */
export function contradictions(journal: Journal): readonly string[] {
  const { experiments, verdict, run } = journal
  const best = recomputeVerdict(journal)
  return [
    ...(run.mode === 'plan' ? ['it is of a plan, which judges nothing'] : []),
    ...(run.endedAtMs < run.startedAtMs ? ['the run ended before it began'] : []),
    ...(isBetter(verdict, best) && !isEmptyShard(journal)
      ? [`its verdict is ${verdict}, and its parts make it ${best}`]
      : []),
    ...experiments.flatMap((experiment) => ofExperiment(experiment)),
  ]
}

/** Nothing fell to it, so it is inconclusive without an experiment. */
function isEmptyShard({ experiments, verdict }: Journal): boolean {
  return experiments.length === 0 && verdict === 'inconclusive'
}

function isBetter(claimed: Verdict, best: Verdict): boolean {
  return VERDICTS.indexOf(claimed) < VERDICTS.indexOf(best)
}

/** A pass needs everything: one that did not run, was not proven, or missed something cannot be one. */
function ofExperiment(experiment: JournalExperiment): readonly string[] {
  const { verdict, ran, reasons, objectives, recovery, search, aborted } = experiment
  const objectiveTrouble = objectives.flatMap((objective) => ofObjective(objective))
  const told = (why: string) => `experiment ${experiment.index} is said to pass, and ${why}`
  if (verdict !== 'pass') return objectiveTrouble.map((why) => `in experiment ${experiment.index} ${why}`)
  const trouble = [
    ...(ran ? [] : ['did not run']),
    ...(reasons.length > 0 ? ['has a reason against it'] : []),
    ...(aborted === null ? [] : ['was aborted']),
    ...(objectives.some((one) => one.verdict !== 'pass') ? ['has an objective that did not'] : []),
    ...(recovery !== null && recovery.verdict !== 'pass' ? ['did not recover'] : []),
    ...(objectives.length === 0 && search === null ? ['judges nothing'] : []),
    ...(isTooLow(search) ? ['broke below what its search demands'] : []),
    ...(hasProof(experiment) ? [] : ['lacks the evidence of a fault']),
    ...objectiveTrouble,
  ]
  return trouble.map(told)
}

function isTooLow(search: JournalExperiment['search']): boolean {
  return search !== null && search.atLeast !== null && search.breaks !== null && search.breaks <= search.atLeast
}

/** A pass says also that its faults ended, and a search that at least one of its values had an effect. */
function hasProof(experiment: JournalExperiment): boolean {
  const { faults, evidence, search } = experiment
  if (search !== null) return faults.length > 0 && evidence.some(({ status }) => status === 'proven')
  return isProven(experiment) && evidence.every(({ endedBy }) => endedBy !== 'not-ended')
}

/** A pass whose own numbers do not meet its own need. */
function ofObjective({ verdict, reasons, need, unit, fault, increase }: JudgedObjective): readonly string[] {
  if (verdict !== 'pass') return []
  if (reasons.length > 0) return ['an objective that passed has a reason against it']
  const judged = need.kind === 'increase' ? increase : fault
  if (judged === null) return ['an objective that passed was not measured']
  const { n, bad, designEffect, value } = judged
  if (n < 0 || bad < 0 || bad > n || designEffect < 1) return ['an objective has counts that cannot be']
  const missed =
    need.kind === 'share'
      ? unit !== 'share' ||
        exactUpperBound(bad / designEffect, n / designEffect, JUDGING_ALPHA) > 1 - need.target + ROUNDING
      : isBeyond(need, value)
  return missed ? ['an objective that passed has numbers that miss it'] : []
}
const ROUNDING = 1e-9

function isBeyond(need: Exclude<JudgedObjective['need'], { kind: 'share' }>, value: number | null): boolean {
  if (value === null) return true
  if (need.kind === 'above') return need.value > value
  return value > (need.kind === 'below' ? need.value : need.atMost) + ROUNDING
}
