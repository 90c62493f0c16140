import type { JournalExperiment, JudgedObjective } from '../../model/journal.ts'
import { needSigns } from '../words/need.ts'
import { objectivesWorstFirst, worstFirst } from '../words/order.ts'
import { experimentStatement, plainStatement } from '../words/statement.ts'
import { RICH } from '../words/typography.ts'
import { NOT_RUN, VERDICT_WORDS } from '../words/verdicts.ts'
import { experimentCell, objectiveCell, recoveredCell, searchCell } from './cells.ts'
import { name, sentence } from './inline.ts'
import { table } from './table.ts'

/** More than this does not fit on a screen; those that did not hold are kept first. */
const MOST_COLUMNS = 6

interface Column {
  readonly name: string
  readonly need: string
}

/** Experiment × objective, worst first: one row an experiment, what never ran in one row at the end. */
export function matrix(experiments: readonly JournalExperiment[]): string[] {
  const ran = worstFirst(experiments).filter((experiment) => experiment.ran)
  const { columns, left } = columnsOf(experiments)
  const heads = columns.map((column) => ({ head: `${name(column.name, 30)} ${column.need}`, align: 'right' as const }))
  const rows = ran.map((experiment) => row(experiment, columns))
  const width = Math.max(1, columns.length)
  const waiting = experiments.length - ran.length
  if (waiting > 0) rows.push([...padRow([`${NOT_RUN.emoji} ${waiting} more`, NOT_RUN.word], width + 1), ''])
  const all = table(
    [
      { head: 'experiment', align: 'left' },
      ...(heads.length === 0 ? [{ head: 'result', align: 'left' as const }] : heads),
      { head: 'recovered', align: 'right' },
    ],
    rows,
  )
  return left === 0
    ? all
    : [...all, '', `<sub>${left} more objectives are in the report; none of them is worse than those shown.</sub>`]
}

/** Objectives in suite order; where there are too many, those that did not hold stay. */
function columnsOf(experiments: readonly JournalExperiment[]): { columns: Column[]; left: number } {
  const inSuiteOrder = [...experiments]
    .sort((one, other) => one.index - other.index)
    .flatMap(({ objectives }) => objectives)
  const names = [...new Set(inSuiteOrder.map((objective) => objective.name))]
  const kept =
    names.length <= MOST_COLUMNS
      ? names
      : [...new Set(objectivesWorstFirst(inSuiteOrder).map((objective) => objective.name))].slice(0, MOST_COLUMNS)
  const columns = names
    .filter((one) => kept.includes(one))
    .map((one) => ({ name: one, need: usualNeed(inSuiteOrder.filter((objective) => objective.name === one)) }))
  return { columns, left: names.length - columns.length }
}

/** The need that most experiments share is said in the head; the others say their own. */
function usualNeed(objectives: readonly JudgedObjective[]): string {
  const counts = new Map<string, number>()
  for (const need of objectives.map((objective) => needSigns(objective, RICH)))
    counts.set(need, (counts.get(need) ?? 0) + 1)
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}

function row(experiment: JournalExperiment, columns: readonly Column[]): string[] {
  const first = experimentCell(experiment)
  const last = recoveredCell(experiment)
  const width = Math.max(1, columns.length)
  if (experiment.search !== null) return [first, ...padRow([searchCell(experiment)], width), last]
  const judged = columns.map((column) => experiment.objectives.find((objective) => objective.name === column.name))
  if (judged.every((objective) => objective === undefined))
    return [first, ...padRow([instead(experiment)], width), last]
  return [first, ...judged.map((objective, position) => objectiveCell(objective, columns[position]?.need ?? '')), last]
}

/** What stands where no objective was judged: the reason. */
function instead(experiment: JournalExperiment): string {
  const mark = experiment.verdict === 'pass' ? '' : `${VERDICT_WORDS[experiment.verdict].word}: `
  return `${mark}${sentence(plainStatement(experimentStatement(experiment, RICH)), 120)}`
}

function padRow(cells: readonly string[], length: number): string[] {
  return [...cells, ...Array.from({ length: Math.max(0, length - cells.length) }, () => '')]
}
