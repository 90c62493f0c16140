import type { JournalExperiment, JudgedObjective, Reason } from '../../model/journal.ts'
import { formatMs } from './durations.ts'
import { estimateWords, printJudged } from './estimate.ts'
import { needWords } from './need.ts'
import { worstObjective } from './order.ts'
import { REASON_WORDS } from './reasons.ts'
import { recoveryWords } from './recovery.ts'
import { searchWords } from './search.ts'
import type { Typography } from './typography.ts'

/**
 * What an experiment showed, in parts that each medium escapes and sets in its own way:
 * `subject` (a name from the suite) and `measured` (ours) and `rest` (ours), or `detail` (from the journal).
 */
export interface Statement {
  readonly subject: string
  readonly measured: string
  readonly rest: string
  readonly detail: string
}

const statement = (parts: Partial<Statement>): Statement => ({
  subject: '',
  measured: '',
  rest: '',
  detail: '',
  ...parts,
})

/** The one sentence that says most about an experiment: why it is not a pass, or how it held. */
export function experimentStatement(experiment: JournalExperiment, typography: Typography): Statement {
  const { search, aborted, recovery, verdict, reasons } = experiment
  const worst = worstObjective(experiment)
  const own = reasons[0] === undefined ? undefined : statement({ detail: reasonSentence(reasons[0]) })
  if (search !== null && (verdict === 'pass' || verdict === 'fail'))
    return statement({ rest: searchWords(search, typography) })
  if (verdict === 'error' && own) return own
  if (aborted !== null) return abortStatement(aborted, typography)
  if (worst !== undefined && worst.verdict === verdict && verdict !== 'pass')
    return objectiveStatement(worst, typography)
  if (recovery !== null && recovery.verdict === verdict && verdict !== 'pass')
    return statement({ rest: recoveryWords(recovery, typography) })
  if (verdict !== 'pass' && own) return own
  if (worst !== undefined) return objectiveStatement(worst, typography)
  return own ?? statement({ rest: search === null ? 'nothing was measured' : searchWords(search, typography) })
}

/** `availability` · `97.1 % ± 0.6` · `needs 99.5 %`. */
export function objectiveStatement(objective: JudgedObjective, typography: Typography): Statement {
  const printed = printJudged(objective, typography)
  return statement({
    subject: objective.name,
    measured: estimateWords(printed, typography),
    rest: needWords(objective, typography),
  })
}

/** Why an objective or experiment is not a plain pass, each reason once, in the order of the journal. */
export function reasonSentences(experiment: JournalExperiment): string[] {
  const all = [...experiment.reasons, ...experiment.objectives.flatMap(({ reasons }) => reasons)]
  return [...new Set(all.map(reasonSentence))]
}

/** The journal's own sentence with its numbers, or the fixed words where it has none. */
export function reasonSentence({ code, detail }: Reason): string {
  return detail.trim() === '' ? REASON_WORDS[code].title : detail
}

function abortStatement(
  { objective, below, afterMs }: NonNullable<JournalExperiment['aborted']>,
  typography: Typography,
): Statement {
  const limit = `${Number((below * 100).toFixed(4))}${typography.space}%`
  return statement({
    subject: objective,
    rest: `fell below ${limit}, so the fault was ended after ${formatMs(afterMs, typography)}`,
  })
}

/** A statement as plain text: `availability 97.1 % ± 0.6, needs 99.5 %`. Escaped by the caller. */
export function plainStatement({ subject, measured, rest, detail }: Statement): string {
  const head = [subject, measured].filter((part) => part !== '').join(' ')
  const tail = rest === '' ? '' : head === '' ? rest : measured === '' ? ` ${rest}` : `, ${rest}`
  return detail === '' ? `${head}${tail}` : detail
}
