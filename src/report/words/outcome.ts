import type { Journal } from '../../model/journal.ts'
import { type Verdict, worstVerdict } from '../../model/verdict.ts'

/**
 * The verdict that reports and exit codes act on: the journal's own, or a worse one of its experiments.
 * A journal that claims a pass without an experiment that ran is not believed.
 */
export function verdictOf(journal: Journal): Verdict {
  if (journal.run.mode === 'plan') return journal.verdict
  if (isEmptyShard(journal)) return worstVerdict([journal.verdict, 'inconclusive'])
  const verdicts = journal.experiments.map(({ ran, verdict }) => (ran || verdict !== 'pass' ? verdict : 'error'))
  return worstVerdict([journal.verdict, worstVerdict(verdicts)])
}

/** One of more shards than there are experiments: nothing fell to it, so it says nothing, good or bad. */
export function isEmptyShard({ experiments, shard }: Pick<Journal, 'experiments' | 'shard'>): boolean {
  return shard !== undefined && experiments.length === 0
}

/**
 * Conclusion of the check: never `neutral` or `skipped`, because GitHub lets both satisfy a required check.
 * `mode: report` and `plan` do not block on what was found, only on an error, a cancelled run or leftovers.
 */
export function conclusionOf(journal: Journal): 'success' | 'failure' {
  return exitCodeOf(journal) === 0 ? 'success' : 'failure'
}

/** Exit code: 0 pass or nothing to do, 1 fail, 3 could not judge, 4 pass with leftovers, 130 cancelled. */
export function exitCodeOf(journal: Journal): 0 | 1 | 3 | 4 | 130 {
  const code = verdictCode(journal)
  return code === 0 && journal.leftovers.length > 0 ? 4 : code
}

function verdictCode(journal: Journal): 0 | 1 | 3 | 130 {
  const verdict = verdictOf(journal)
  // It is not the gate, and has nothing to be red about; whoever takes it for the gate finds no pass in it.
  if (isEmptyShard(journal) && verdict === 'inconclusive') return 0
  const blocks = journal.run.mode === 'enforce'
  if (verdict === 'pass') return 0
  if (verdict === 'aborted') return 130
  if (verdict === 'error') return 3
  if (verdict === 'fail') return blocks ? 1 : 0
  return blocks && journal.run.onInconclusive !== 'pass' ? 3 : 0
}
