import type { Journal, JournalExperiment } from '../../model/journal.ts'
import { leftBehind, outOf, statement } from '../../model/summary.ts'
import type { Verdict } from '../../model/verdict.ts'
import { formatAbout } from './durations.ts'
import { plural } from './numbers.ts'
import { isEmptyShard, verdictOf } from './outcome.ts'
import { PLAIN } from './typography.ts'
import { VERDICT_WORDS } from './verdicts.ts'

/**
 * The first line of every report, without its mark: `Fail: 2 of 6 experiments did not hold`.
 * Made of counts and fixed words alone, so that nothing from a suite or a cluster reaches a mail's subject.
 */
export function headline(journal: Journal): string {
  const { mode } = journal.run
  const verdict = verdictOf(journal)
  const left = (link: ', but ' | ', and ') => leftBehind(journal.leftovers.length, link)
  if (mode === 'plan' && verdict === 'pass') return planHeadline(journal)
  if (mode === 'report' && !isEmptyShard(journal) && verdict !== 'error' && verdict !== 'aborted')
    return `Report only: ${wouldHave(journal)}${left(', and ')}`
  if (verdict === 'pass' && journal.leftovers.length > 0) return `Pass${left(', but ')}`
  return `${VERDICT_WORDS[verdict].title}: ${told(journal, verdict)}${left(', and ')}`
}

/** The mark that goes before the headline in Markdown. A pass with leftovers is not a green tick: somebody must act. */
export function headlineMark(journal: Journal): string {
  const verdict = verdictOf(journal)
  if (verdict === 'pass' && journal.leftovers.length > 0) return '⚠️'
  return VERDICT_WORDS[verdict].emoji
}

/** Nothing fell to a shard: its number is the report's to tell, since no experiment of it was judged. */
function told(journal: Journal, verdict: Verdict): string {
  if (verdict === 'inconclusive' && journal.shard && isEmptyShard(journal))
    return `no experiment falls to shard ${journal.shard.index} of ${journal.shard.count}`
  return statement({ ...journal, verdict, experiments: journal.experiments.map(withObjectives) })
}

/** An objective's reasons are its experiment's too, whoever wrote the journal. */
function withObjectives(experiment: JournalExperiment): JournalExperiment {
  const { reasons, objectives } = experiment
  return { ...experiment, reasons: [...reasons, ...objectives.flatMap((objective) => objective.reasons)] }
}

function wouldHave(journal: Journal): string {
  const broken = count(journal, 'fail')
  if (broken > 0) return `${outOf(broken, journal.experiments)} would have failed`
  const unsure = count(journal, 'inconclusive')
  return unsure > 0
    ? `${outOf(unsure, journal.experiments)} could not be judged`
    : `${outOf(count(journal, 'pass'), journal.experiments)} held`
}

function planHeadline(journal: Journal): string {
  const experiments = journal.experiments.length
  const targets = journal.plan.touched.length
  const time = formatAbout(journal.plan.estimateMs, PLAIN)
  return `Plan: ${experiments} ${plural(experiments, 'experiment')}, ${targets} ${plural(targets, 'target')}, about ${time}`
}

function count({ experiments }: Journal, verdict: JournalExperiment['verdict']): number {
  return experiments.filter((one) => one.verdict === verdict && (one.ran || verdict !== 'pass')).length
}
