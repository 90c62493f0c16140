import type { Journal, JournalExperiment } from '../../model/journal.ts'
import type { ReasonCode } from '../../model/verdict.ts'
import { formatAbout } from './durations.ts'
import { plural } from './numbers.ts'
import { verdictOf } from './outcome.ts'
import { REASON_WORDS } from './reasons.ts'
import { PLAIN } from './typography.ts'
import { VERDICT_WORDS } from './verdicts.ts'

/**
 * The first line of every report, without its mark: `Fail: 2 of 6 experiments did not hold`.
 * Made of counts and fixed words alone, so that nothing from a suite or a cluster reaches a mail's subject.
 */
export function headline(journal: Journal): string {
  const { mode } = journal.run
  const verdict = verdictOf(journal)
  if (mode === 'plan' && verdict === 'pass') return planHeadline(journal)
  if (mode === 'report' && verdict !== 'error' && verdict !== 'aborted')
    return `Report only: ${wouldHave(journal)}${leftBehind(journal, ', and ')}`
  if (verdict === 'pass' && journal.leftovers.length > 0) return `Pass${leftBehind(journal, ', but ')}`
  return `${VERDICT_WORDS[verdict].title}: ${statement(journal)}${leftBehind(journal, ', and ')}`
}

/** The mark that goes before the headline in Markdown. A pass with leftovers is not a green tick: somebody must act. */
export function headlineMark(journal: Journal): string {
  const verdict = verdictOf(journal)
  if (verdict === 'pass' && journal.leftovers.length > 0) return '⚠️'
  return VERDICT_WORDS[verdict].emoji
}

/** `2 of 6 experiments did not hold`, and its likes for the other verdicts. */
function statement(journal: Journal): string {
  switch (verdictOf(journal)) {
    case 'pass':
      return `${counted(journal, held(journal))} held`
    case 'fail':
      return `${counted(journal, count(journal, 'fail'))} did not hold`
    case 'inconclusive':
      return inconclusive(journal)
    case 'aborted':
      return `the run was cancelled, ${counted(journal, held(journal) + count(journal, 'fail'))} judged`
    case 'error':
      return errored(journal)
  }
}

function inconclusive(journal: Journal): string {
  const unsure = journal.experiments.filter(({ verdict }) => verdict === 'inconclusive')
  const codes = new Set(unsure.flatMap(reasonCodes))
  const [only] = codes
  const phrase = codes.size === 1 && only !== undefined ? UNSURE_PHRASES[only] : undefined
  return phrase === undefined
    ? `${counted(journal, unsure.length)} could not be judged`
    : `${phrase} ${counted(journal, unsure.length)}`
}
const UNSURE_PHRASES: Partial<Record<ReasonCode, string>> = {
  LOW_TRAFFIC: 'too little traffic to judge',
  UNDECIDED: 'too close to call in',
  NO_DATA: 'no data to judge',
  NOT_INJECTED: 'the fault did not reach every target in',
  NOT_EFFECTIVE: 'the fault had no measured effect in',
  NOT_OBSERVED: 'no judged traffic met the fault in',
  BASELINE_UNHEALTHY: 'unhealthy before the fault in',
}

function errored(journal: Journal): string {
  const failed = journal.experiments.filter(({ ran, verdict }) => !ran || verdict === 'error').length
  const [code] = journal.reasons.map((reason) => reason.code).filter((one) => REASON_WORDS[one].verdict === 'error')
  const what = code === undefined ? '' : `${REASON_WORDS[code].title}, `
  return failed === 0 ? `${what}nothing was judged` : `${what}${counted(journal, failed)} could not be judged`
}

function wouldHave(journal: Journal): string {
  const broken = count(journal, 'fail')
  if (broken > 0) return `${counted(journal, broken)} would have failed`
  const unsure = count(journal, 'inconclusive')
  return unsure > 0 ? `${counted(journal, unsure)} could not be judged` : `${counted(journal, held(journal))} held`
}

function planHeadline(journal: Journal): string {
  const experiments = journal.experiments.length
  const targets = journal.plan.touched.length
  const time = formatAbout(journal.plan.estimateMs, PLAIN)
  return `Plan: ${experiments} ${plural(experiments, 'experiment')}, ${targets} ${plural(targets, 'target')}, about ${time}`
}

function leftBehind({ leftovers }: Journal, link: string): string {
  if (leftovers.length === 0) return ''
  return `${link}${leftovers.length} ${plural(leftovers.length, 'thing is', 'things are')} left behind`
}

function counted({ experiments }: Journal, some: number): string {
  return `${some} of ${experiments.length} ${plural(experiments.length, 'experiment')}`
}

function held({ experiments }: Journal): number {
  return experiments.filter(({ ran, verdict }) => ran && verdict === 'pass').length
}

function count({ experiments }: Journal, verdict: JournalExperiment['verdict']): number {
  return experiments.filter((experiment) => experiment.verdict === verdict).length
}

/** Why an experiment could not be judged, by code, its own and its objectives'. */
function reasonCodes(experiment: JournalExperiment): ReasonCode[] {
  const all = [...experiment.reasons, ...experiment.objectives.flatMap(({ reasons }) => reasons)]
  return [...new Set(all.map(({ code }) => code))]
}
