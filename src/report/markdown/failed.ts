import type { JournalExperiment, SearchResult } from '../../model/journal.ts'
import { displayWidth, padColumns } from '../escape/columns.ts'
import { codeFence } from '../escape/markdown.ts'
import { visibleLine } from '../escape/text.ts'
import { axisWords } from '../words/axis.ts'
import { estimateWords, printEstimate } from '../words/estimate.ts'
import { fixedHint } from '../words/hint.ts'
import { needWords } from '../words/need.ts'
import { objectivesWorstFirst } from '../words/order.ts'
import { formatSearchValue } from '../words/search.ts'
import { sparkline } from '../words/sparkline.ts'
import { reasonSentences } from '../words/statement.ts'
import { PLAIN, RICH } from '../words/typography.ts'
import { VERDICT_WORDS } from '../words/verdicts.ts'
import { fullSentence, name } from './inline.ts'
import { table } from './table.ts'

const CELLS = 10
const MOST_SPARKLINES = 4
const MOST_STEPS = 12
const MOST_REASONS = 4

export interface SectionOptions {
  readonly sparklines: boolean
  /** The reason stands in the lead already. */
  readonly told: boolean
  /** All of the run's experiments: a search does not say what its objectives are. */
  readonly experiments: readonly JournalExperiment[]
}

/** All that is known about one experiment that is not a pass: its course, its steps, why, and what to try. Empty where the lead has said it all. */
export function failedSection(
  experiment: JournalExperiment,
  { sparklines, told, experiments }: SectionOptions,
): string {
  const parts = [`#### ${name(experiment.name)}`]
  const chart = sparklines ? sparklineFence(experiment) : undefined
  if (chart !== undefined) parts.push(chart)
  if (experiment.search !== null && experiment.search.steps.length > 0)
    parts.push(searchTable([experiment, ...experiments], experiment.search).join('\n'))
  const why = whyLine(experiment, told)
  if (why !== '') parts.push(`**Why:** ${why}`)
  const hint = tryLine(experiment)
  if (hint !== '') parts.push(`**Try:** ${hint}`)
  return parts.length === 1 ? '' : parts.join('\n\n')
}

/** One row of bars for each objective that did not hold. */
function sparklineFence({ objectives }: JournalExperiment): string | undefined {
  const drawn = objectivesWorstFirst(objectives)
    .filter(({ verdict }) => verdict !== 'pass')
    .flatMap((objective) => {
      const line = sparkline(objective, CELLS)
      return line === undefined ? [] : [{ objective, line }]
    })
    .slice(0, MOST_SPARKLINES)
  if (drawn.length === 0) return undefined
  const label = Math.min(24, Math.max(...drawn.map(({ objective }) => visibleLine(objective.name).length)))
  const pad = (text: string) => padColumns(text, CELLS)
  const head = `${padColumns('', label)}  ${pad('before')} ${pad('fault')} after`
  const axes = drawn.map(({ objective, line }) => axisWords(objective, line, PLAIN))
  const axisWidth = Math.max(...axes.map(displayWidth))
  const rows = drawn.map(({ objective, line }, position) => {
    const windows = [line.windows.baseline, line.windows.fault, line.windows.recovery].map(pad).join(' ')
    return `${padColumns(visibleLine(objective.name), label)}  ${windows}   ${padColumns(axes[position] ?? '', axisWidth)}   ${needWords(objective, PLAIN)}`
  })
  return codeFence([head, ...rows])
}

/** The steps of a search by size; where there are many, those around the edge. */
function searchTable(experiments: readonly JournalExperiment[], search: SearchResult): string[] {
  const sorted = [...search.steps].sort((one, other) => one.value - other.value)
  const edge = search.breaks ?? search.holds ?? 0
  const near = [...sorted]
    .sort((one, other) => Math.abs(one.value - edge) - Math.abs(other.value - edge))
    .slice(0, MOST_STEPS)
  const steps = sorted.filter((step) => near.includes(step))
  const rows = [...new Set(steps.map(({ objective }) => objective))].map((judged) => {
    const objective = experiments.flatMap(({ objectives }) => objectives).find((one) => one.name === judged)
    const known = experiments[0]?.objectives.find((one) => one.name === judged)
    const cells = steps.map((step) => {
      if (step.objective !== judged) return ''
      const printed =
        step.estimate === null || objective === undefined
          ? null
          : printEstimate(step.estimate, { ...objective, verdict: step.verdict }, RICH)
      return `${VERDICT_WORDS[step.verdict].emoji}${printed === null ? '' : ` ${estimateWords({ ...printed, unit: printed.unit === '%' ? '' : printed.unit }, RICH)}`}`
    })
    return [`${name(judged)}${known === undefined ? '' : `, ${needWords(known, RICH)}`}`, ...cells]
  })
  const heads = steps.map((step) => ({
    head: formatSearchValue(step.value, search.unit, RICH),
    align: 'right' as const,
  }))
  return table([{ head: name(search.parameter, 30), align: 'left' }, ...heads], rows)
}

/** What was measured that explains it; without a rule for that, the reasons in their fixed words. */
function whyLine(experiment: JournalExperiment, told = false): string {
  if (experiment.why !== null && experiment.why.trim() !== '') return fullSentence(experiment.why)
  const reasons = reasonSentences(experiment).slice(told ? 1 : 0)
  const shown = reasons.slice(0, MOST_REASONS).map(fullSentence).join(' ')
  return reasons.length > MOST_REASONS ? `${shown} And ${reasons.length - MOST_REASONS} more.` : shown
}

/** One hint, ours or the journal's. */
function tryLine(experiment: JournalExperiment): string {
  return experiment.hint === null ? (fixedHint(experiment) ?? '') : fullSentence(experiment.hint.text)
}
