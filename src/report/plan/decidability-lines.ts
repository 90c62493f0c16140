import type { Decidability, Plan, PlannedExperiment, PlannedObjective } from '../../model/plan.ts'
import type { Indicator } from '../../model/suite.ts'
import { unitOf } from '../../model/unit-of.ts'
import { padColumns, padColumnsLeft } from '../escape/columns.ts'
import { terminalName, widest } from '../terminal/layout.ts'
import { formatLimit } from '../words/need.ts'
import { formatCount } from '../words/numbers.ts'
import { PLAIN } from '../words/typography.ts'

interface Row {
  readonly name: string
  readonly need: string
  readonly expected: string
  readonly atLeast: string
  readonly passes: string
  readonly experiments: number[]
}

/** Whether each objective can be decided with the traffic that is planned; equal rows of several experiments are one. */
export function decidabilityLines({ experiments }: Plan, columns: number): string[] {
  const rows = mergedRows(experiments)
  if (rows.length === 0) return []
  const nameWidth = widest(
    rows.map(({ name }) => name),
    Math.min(24, columns - 46),
  )
  const needWidth = widest(
    rows.map(({ need }) => need),
    12,
  )
  const start = nameWidth + needWidth + 6
  const head = `${padColumns('Can it be decided?', start)}${padColumnsLeft('requests', 10)} ${padColumnsLeft('at least', 10)}   passes with up to`
  return [
    head,
    ...rows.map(
      (row) =>
        `  ${padColumns(row.name, nameWidth)}  ${padColumns(row.need, needWidth)}  ${padColumnsLeft(row.expected, 10)} ${padColumnsLeft(row.atLeast, 10)}   ${row.passes}${onlyIn(row, experiments.length)}`,
    ),
  ]
}

function mergedRows(experiments: readonly PlannedExperiment[]): Row[] {
  const rows = new Map<string, Row>()
  for (const experiment of experiments) {
    for (const decidability of experiment.decidability) {
      const objective = experiment.objectives.find(({ name }) => name === decidability.objective)
      if (objective === undefined) continue
      const made = rowOf(decidability, objective)
      const key = JSON.stringify(made)
      const known = rows.get(key) ?? { ...made, experiments: [] }
      known.experiments.push(experiment.index)
      rows.set(key, known)
    }
  }
  return [...rows.values()]
}

function rowOf(
  { expected, atLeast, passesWithUpTo, enough }: Decidability,
  objective: PlannedObjective,
): Omit<Row, 'experiments'> {
  const unit = unitOf(objective.indicator)
  return {
    name: terminalName(objective.name, 24),
    need: formatLimit(objective.need, unit, PLAIN),
    expected: expected === undefined ? 'not known' : formatCount(expected, PLAIN),
    atLeast: formatCount(atLeast, PLAIN),
    passes: passesWords(objective.indicator, passesWithUpTo, enough),
  }
}

function passesWords({ kind }: Indicator, most: number | undefined, enough: boolean | undefined): string {
  if (enough === false) return 'too few to decide'
  if (most === undefined) return '–'
  const word = kind === 'success' ? 'failed' : kind.endsWith('under') ? 'slow' : 'bad'
  return `${formatCount(most, PLAIN)} ${word}${most === 0 ? '   hardly' : ''}`
}

/** Which experiments a row is about, where it is not all of them. */
function onlyIn({ experiments }: Row, all: number): string {
  if (experiments.length === all) return ''
  return `   in ${experiments.slice(0, 8).join(', ')}${experiments.length > 8 ? ', …' : ''}`
}
