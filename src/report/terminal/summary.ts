import type { Journal, JournalExperiment, JudgedObjective } from '../../model/journal.ts'
import { displayWidth, padColumns } from '../escape/columns.ts'
import { escapeTerminal } from '../escape/terminal.ts'
import { formatMs } from '../words/durations.ts'
import { estimateWords, formatLevel, printJudged } from '../words/estimate.ts'
import { effectSentence, leftoverSentence, reproduceParts } from '../words/facts.ts'
import { headline } from '../words/headline.ts'
import { hintText } from '../words/hint.ts'
import { needWords } from '../words/need.ts'
import { plural } from '../words/numbers.ts'
import { objectivesWorstFirst, worstFirst, worstObjective } from '../words/order.ts'
import { exitCodeOf } from '../words/outcome.ts'
import { recoveryWords } from '../words/recovery.ts'
import { searchWords } from '../words/search.ts'
import { reasonSentences } from '../words/statement.ts'
import { TERMINAL } from '../words/typography.ts'
import { NOT_RUN, VERDICT_WORDS } from '../words/verdicts.ts'
import { finish, labelled, terminalName, usableColumns, widest, wrapParts } from './layout.ts'
import { policyLines } from './policy.ts'

export interface SummaryOptions {
  readonly columns: number
  /** Where the files of the report lie, when they were written. */
  readonly paths?: { readonly report: string; readonly journal: string } | undefined
}

const INDENT = '      '
const COMMAND_INDENT = `${INDENT}        `
const MOST_HELD = 20
const MOST_REASONS = 3

/** The end of a run on a terminal, and `summary.txt`: the verdict, what did not hold with why and what to try, what held in a line each. */
export function renderSummaryText(journal: Journal, { columns: wanted, paths }: SummaryOptions): string {
  const columns = usableColumns(wanted)
  const ordered = worstFirst(journal.experiments)
  const bad = ordered.filter(({ ran, verdict }) => ran && verdict !== 'pass')
  const blocks = [
    verdictLines(journal, columns),
    ...runReasons(journal, columns),
    policyLines(journal.policy, journal.change !== null && journal.change.pullRequest !== null, columns),
    ...bad.map((experiment) => badLines(journal, experiment, columns)),
    heldLines(ordered, columns),
    leftoverLines(journal, columns),
    endLines(journal, columns, paths),
  ].filter((block) => block.length > 0)
  return `${blocks.map((block) => finish(block, columns).join('\n')).join('\n\n')}\n`
}

/** `FAIL  2 of 6 experiments did not hold` */
function verdictLines(journal: Journal, columns: number): string[] {
  const [, verdict = '', rest = ''] = /^([A-Za-z ]+)[:,] (.*)$/.exec(headline(journal)) ?? []
  return labelled('', `${verdict.toUpperCase()}  `, rest, columns)
}

/** What stopped the run as a whole, where no experiment says it. */
function runReasons(journal: Journal, columns: number): string[][] {
  const told = new Set(journal.experiments.filter(({ ran }) => ran).flatMap(reasonSentences))
  const news = [...new Set(journal.reasons.map(({ detail }) => detail))].filter((detail) => !told.has(detail))
  const lines = news.slice(0, MOST_REASONS).flatMap((detail) => labelled('  ', 'why   ', detail, columns))
  return lines.length === 0 ? [] : [lines]
}

function badLines(journal: Journal, experiment: JournalExperiment, columns: number): string[] {
  const { verdict, name, search } = experiment
  const hint = hintText(experiment)?.replaceAll('`', '')
  const mark = VERDICT_WORDS[verdict].mark
  const why = experiment.why === null ? reasonSentences(experiment).slice(0, MOST_REASONS) : [experiment.why]
  return [
    `  ${mark} ${terminalName(name, columns - 4)}`,
    ...(search === null
      ? objectiveLines(experiment, columns)
      : labelled(INDENT, '', searchWords(search, TERMINAL), columns)),
    ...abortLines(experiment, columns),
    ...recoveryLines(experiment),
    ...why.flatMap((text, position) => labelled(INDENT, position === 0 ? 'why   ' : '      ', text, columns)),
    ...(hint === undefined ? [] : labelled(INDENT, 'try   ', hint, columns)),
    ...commandLines(reproduceParts(journal, name), columns),
  ]
}

/** `availability   99.97 → 97.1 % ± 0.6 → 99.9     needs 99.5 %`, in columns; the need goes below where it does not fit. */
function objectiveLines({ objectives }: JournalExperiment, columns: number): string[] {
  const bad = objectivesWorstFirst(objectives).filter(({ verdict }) => verdict !== 'pass')
  const rows = bad.map((objective) => ({
    name: terminalName(objective.name, 20),
    levels: levels(objective),
    need: needWords(objective, TERMINAL),
  }))
  const nameWidth = widest(
    rows.map(({ name }) => name),
    20,
  )
  const levelWidth = widest(
    rows.map((row) => row.levels),
    40,
  )
  return rows.flatMap(({ name, levels: level, need }) => {
    const line = `${INDENT}${padColumns(name, nameWidth)}   ${padColumns(level, Math.max(levelWidth, displayWidth(level)))}   ${need}`
    if (displayWidth(line) <= columns) return [line]
    return [`${INDENT}${padColumns(name, nameWidth)}   ${level}`, `${INDENT}${' '.repeat(nameWidth)}   ${need}`]
  })
}

function levels(objective: JudgedObjective): string {
  const printed = printJudged(objective, TERMINAL)
  const now = estimateWords(printed, TERMINAL)
  if (printed === null || objective.need.kind === 'increase' || objective.unit === 'value') return now
  const [before, after] = [objective.baseline, objective.recovery].map((level) =>
    formatLevel(level, objective.unit, TERMINAL),
  )
  return `${before} → ${now} → ${after}`
}

function abortLines({ aborted }: JournalExperiment, columns: number): string[] {
  if (aborted === null) return []
  const limit = `${Number((aborted.below * 100).toFixed(4))} %`
  return labelled(
    INDENT,
    '',
    `${aborted.objective} fell below ${limit}, so the fault was ended after ${formatMs(aborted.afterMs, TERMINAL)}`,
    columns,
  )
}

function recoveryLines({ recovery }: JournalExperiment): string[] {
  return recovery === null || recovery.verdict === 'pass' ? [] : [`${INDENT}${recoveryWords(recovery, TERMINAL)}`]
}

/** A command is never broken inside a word: where it is too long, its lines end in a backslash. */
function commandLines(parts: readonly string[], columns: number): string[] {
  const lines = wrapParts(parts.map(escapeTerminal), columns - COMMAND_INDENT.length - 2, ' ')
  return lines.map((line, position) => {
    const start = position === 0 ? `${INDENT}again ` : COMMAND_INDENT
    return `${start}${line}${position === lines.length - 1 ? '' : ' \\'}`
  })
}

/** One line for each experiment that held, and how many never ran. */
function heldLines(ordered: readonly JournalExperiment[], columns: number): string[] {
  const held = ordered.filter(({ ran, verdict }) => ran && verdict === 'pass')
  const waiting = ordered.filter(({ ran }) => !ran).length
  const width = widest(
    held.map(({ name }) => terminalName(name, 60)),
    Math.max(16, columns - 44),
  )
  const lines = held
    .slice(0, MOST_HELD)
    .map(
      (experiment) =>
        `  ${VERDICT_WORDS.pass.mark} ${padColumns(terminalName(experiment.name, width), width)}   ${heldWords(experiment)}`,
    )
  const rest = held.length - lines.length
  return [
    ...lines,
    ...(rest > 0 ? [`  ${VERDICT_WORDS.pass.mark} ${rest} more held`] : []),
    ...(waiting > 0 ? [`  ${NOT_RUN.mark} ${waiting} more ${plural(waiting, 'was', 'were')} not run`] : []),
  ]
}

function heldWords(experiment: JournalExperiment): string {
  const worst = worstObjective(experiment)
  const measured =
    experiment.search === null
      ? worst === undefined
        ? ''
        : estimateWords(printJudged(worst, TERMINAL), TERMINAL)
      : searchWords({ ...experiment.search, breaks: null }, TERMINAL).split(',')[0]
  return `${padColumns(measured ?? '', 14)}   ${recoveryWords(experiment.recovery, TERMINAL)}`.trimEnd()
}

function leftoverLines({ leftovers }: Journal, columns: number): string[] {
  return leftovers.flatMap(({ what, why, remedy }) => [
    ...labelled('  ', '! left behind: ', what, columns),
    ...labelled(INDENT, 'why   ', why, columns),
    ...labelled(INDENT, 'do    ', remedy, columns),
  ])
}

function endLines(journal: Journal, columns: number, paths: SummaryOptions['paths']): string[] {
  const { run, outside, approval } = journal
  const approved = approval === undefined ? [] : [`approved by ${terminalName(approval.by, 40)}`]
  const took = formatMs(run.endedAtMs - run.startedAtMs, TERMINAL)
  const changed =
    outside.length === 0
      ? ''
      : ` Changed outside the plan: ${outside.slice(0, 5).join(', ')}${outside.length > 5 ? ` and ${outside.length - 5} more` : ''}.`
  const where = paths === undefined ? [] : [`report ${paths.report}`, `journal ${paths.journal}`]
  return [
    ...labelled('', '', `${effectSentence(journal)} ${leftoverSentence(journal)}${changed}`, columns),
    ...wrapParts([`took ${took}`, ...approved, ...where, `exit ${exitCodeOf(journal)}`].map(escapeTerminal), columns),
  ]
}
