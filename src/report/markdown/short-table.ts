import type { JournalExperiment, JudgedObjective } from '../../model/journal.ts'
import { needSigns } from '../words/need.ts'
import { objectivesWorstFirst, worstFirst } from '../words/order.ts'
import { searchWords } from '../words/search.ts'
import { experimentStatement, plainStatement } from '../words/statement.ts'
import { RICH } from '../words/typography.ts'
import { NOT_RUN, VERDICT_WORDS } from '../words/verdicts.ts'
import { experimentCell, levels, recoveredCell } from './cells.ts'
import { name, sentence } from './inline.ts'
import { table } from './table.ts'

const MOST_OBJECTIVES = 3

/** What did not hold, one row an objective; the rest of a large suite is counted elsewhere. */
export function worstTable(experiments: readonly JournalExperiment[], most: number): string[] {
  const bad = worstFirst(experiments).filter(({ ran, verdict }) => ran && verdict !== 'pass')
  if (bad.length === 0) return []
  const rows = bad.slice(0, most).flatMap(badRows)
  if (bad.length > most) rows.push([`… ${bad.length - most} more`, '', '', '', ''])
  return table(
    [
      { head: 'experiment', align: 'left' },
      { head: 'objective', align: 'left' },
      { head: 'before → fault → after', align: 'right' },
      { head: 'needs', align: 'right' },
      { head: 'recovered', align: 'right' },
    ],
    rows,
  )
}

/** Every experiment in one row: worst objective and recovery. */
export function allTable(experiments: readonly JournalExperiment[]): string[] {
  const rows = worstFirst(experiments).map((experiment) => [
    experiment.ran ? VERDICT_WORDS[experiment.verdict].emoji : NOT_RUN.emoji,
    name(experiment.name),
    experiment.ran ? sentence(plainStatement(experimentStatement(experiment, RICH)), 120) : NOT_RUN.word,
    recoveredCell(experiment),
  ])
  const columns = [
    { head: '', align: 'center' as const },
    { head: 'experiment', align: 'left' as const },
    { head: 'worst objective', align: 'left' as const },
    { head: 'recovered', align: 'right' as const },
  ]
  return table(columns, rows)
}

/** The experiment's name stands once, before the worst of its objectives. */
function badRows(experiment: JournalExperiment): string[][] {
  const first = experimentCell(experiment)
  const last = recoveredCell(experiment)
  if (experiment.search !== null)
    return [[first, name(experiment.search.parameter), searchWords(experiment.search, RICH), '', last]]
  const bad = objectivesWorstFirst(experiment.objectives).filter(({ verdict }) => verdict !== 'pass')
  if (bad.length === 0)
    return [[first, sentence(plainStatement(experimentStatement(experiment, RICH)), 120), '', '', last]]
  return bad
    .slice(0, MOST_OBJECTIVES)
    .map((objective, position) => [
      ...(position === 0 ? [first] : ['']),
      ...objectiveCells(objective),
      position === 0 ? last : '',
    ])
}

function objectiveCells(objective: JudgedObjective): string[] {
  return [name(objective.name, 30), levels(objective), needSigns(objective, RICH)]
}

/** `✅ **36 held:** workloads 9 of 9 · network 14 of 17`: how many of each kind of fault held. */
export function heldLine(experiments: readonly JournalExperiment[], closest: JournalExperiment | undefined): string {
  const held = experiments.filter(({ ran, verdict }) => ran && verdict === 'pass')
  const groups = [...new Set(experiments.map(groupOf))].sort(
    (one, other) => GROUP_ORDER.indexOf(one) - GROUP_ORDER.indexOf(other),
  )
  const counts = groups.map(
    (group) =>
      `${group} ${held.filter((one) => groupOf(one) === group).length} of ${experiments.filter((one) => groupOf(one) === group).length}`,
  )
  const call =
    closest === undefined
      ? ''
      : ` Closest call: *${name(closest.name)}*, ${sentence(plainStatement(experimentStatement(closest, RICH)), 120)}.`
  return `${VERDICT_WORDS.pass.emoji} **${held.length} held:** ${counts.join(' · ')}.${call}`
}

const GROUP_ORDER = ['workloads', 'network', 'application', 'resources', 'nodes', 'other', 'combined']
const GROUPS: readonly (readonly [RegExp, string])[] = [
  [/^(?:pod|container|process)-|^(?:scale|rollout-restart|evict)$/, 'workloads'],
  [/^network-|^connection-exhaust$/, 'network'],
  [/^(?:http|dns|grpc)-/, 'application'],
  [/^(?:cpu|memory|context-switch|io|disk|time|jvm|kernel)(?:-|$)/, 'resources'],
  [/^(?:node|service)-/, 'nodes'],
]

/** The part of the catalogue that an experiment's faults come from. */
function groupOf({ faults }: JournalExperiment): string {
  const groups = [...new Set(faults.map(({ type }) => GROUPS.find(([pattern]) => pattern.test(type))?.[1] ?? 'other'))]
  return groups.length > 1 ? 'combined' : (groups[0] ?? 'other')
}
