import type { Journal, JournalExperiment } from '../../model/journal.ts'
import { closestCall, worstFirst } from '../words/order.ts'
import { verdictOf } from '../words/outcome.ts'
import { recoveryCell } from '../words/recovery.ts'
import { experimentStatement, objectiveStatement, plainStatement, reasonSentences } from '../words/statement.ts'
import { RICH } from '../words/typography.ts'
import { boldName, fullSentence, statementLine } from './inline.ts'

/** Experiments that the lead tells, with their first reason. */
const MOST_EXPERIMENTS = 3

/** What a reader must know before any table: what broke, or what came nearest to it, in sentences with numbers. */
export function lead(journal: Journal): string[] {
  const verdict = verdictOf(journal)
  const bad = toldInLead(journal)
  const paragraphs =
    verdict === 'pass'
      ? passLead(journal)
      : [...happened(journal), ...bad.slice(0, MOST_EXPERIMENTS).map(experimentLine)]
  if (bad.length > MOST_EXPERIMENTS && verdict !== 'pass')
    paragraphs.push(`And ${bad.length - MOST_EXPERIMENTS} more, in the table.`)
  const consequence = consequenceLine(journal)
  return [...paragraphs, ...(consequence === '' ? [] : [consequence])]
}

/** The experiments that decided the verdict, worst first. */
function toldInLead(journal: Journal): JournalExperiment[] {
  const verdict = verdictOf(journal)
  return worstFirst(journal.experiments).filter((experiment) => experiment.ran && experiment.verdict === verdict)
}

/** Whether the lead already says an experiment's first reason. */
export function reasonInLead(journal: Journal, experiment: JournalExperiment): boolean {
  return experiment.verdict !== 'fail' && toldInLead(journal).slice(0, MOST_EXPERIMENTS).includes(experiment)
}

/** `Closest call: **name**, availability 99.8 % ± 0.2, needs 99.5 %. Slowest to recover: 9 s of 30.` */
function passLead({ experiments, ...journal }: Journal): string[] {
  const closest = closestCall({ experiments, ...journal })
  const slowest = experiments
    .filter(({ recovery }) => typeof recovery?.highMs === 'number')
    .sort((one, other) => (other.recovery?.highMs ?? 0) - (one.recovery?.highMs ?? 0))[0]
  const parts = [
    ...(closest === undefined
      ? []
      : [
          `Closest call: ${boldName(closest.experiment.name)}, ${statementLine(objectiveStatement(closest.objective, RICH)).replaceAll('**', '')}.`,
        ]),
    ...(slowest === undefined || experiments.length < 2
      ? []
      : [`Slowest to recover: ${recoveryCell(slowest.recovery, RICH)}.`]),
  ]
  return parts.length === 0 ? [] : [parts.join(' ')]
}

/** `**name**: availability **97.1 % ± 0.6**, needs 99.5 %.` */
function experimentLine(experiment: JournalExperiment): string {
  const statement = experimentStatement(experiment, RICH)
  const line = `${boldName(experiment.name)}: ${statementLine(statement)}`.replace(/(?<![.!?…])$/, '.')
  const reason = reasonSentences(experiment)[0]
  const more =
    reason === undefined || experiment.verdict === 'fail' || plainStatement(statement) === reason
      ? ''
      : ` ${fullSentence(reason)}`
  return `${line}${more}`
}

/** Reasons of the run as a whole: what stopped it, or why nothing could be judged. */
function happened(journal: Journal): string[] {
  const own = journal.reasons.map(({ detail }) => detail).filter((detail) => detail.trim() !== '')
  const told = new Set(journal.experiments.filter(({ ran }) => ran).flatMap(reasonSentences))
  const news = [...new Set(own)].filter((detail) => !told.has(detail)).slice(0, MOST_EXPERIMENTS)
  return news.length === 0 ? [] : [`**What happened:** ${news.map(fullSentence).join(' ')}`]
}

/** What the verdict means for the merge, where it does not go without saying. */
function consequenceLine(journal: Journal): string {
  const { mode, onInconclusive } = journal.run
  const verdict = verdictOf(journal)
  const found = journal.experiments.some((experiment) => experiment.verdict === 'fail')
    ? ''
    : ' Nothing was found to be broken.'
  if (mode === 'report' && verdict !== 'pass') return 'Report only: this does not block the merge.'
  if (verdict === 'inconclusive')
    return onInconclusive === 'pass'
      ? `This does not block the merge, as \`on-inconclusive: pass\` was set.${found}`
      : `This blocks the merge.${found}`
  const blocked = verdict === 'pass' && journal.leftovers.length > 0
  return blocked
    ? `All experiments held, but the merge is blocked until ${journal.leftovers.length === 1 ? 'it is' : 'they are'} removed.`
    : ''
}
