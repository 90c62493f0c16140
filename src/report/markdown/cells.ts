import type { JournalExperiment, JudgedObjective } from '../../model/journal.ts'
import { formatLevel, printJudged } from '../words/estimate.ts'
import { needSigns } from '../words/need.ts'
import { recoveryCell } from '../words/recovery.ts'
import { formatSearchValue } from '../words/search.ts'
import { RICH } from '../words/typography.ts'
import { NOT_RUN, VERDICT_WORDS } from '../words/verdicts.ts'
import { boldName, name } from './inline.ts'

/** `❌ **name**`; what held is not bold, so that the eye lands on the rest. */
export function experimentCell({ ran, verdict, name: text }: JournalExperiment): string {
  if (!ran) return `${NOT_RUN.emoji} ${name(text)}`
  return `${VERDICT_WORDS[verdict].emoji} ${verdict === 'pass' ? name(text) : boldName(text)}`
}

/** `99.97 → ❌ **97.1** ± 0.6 → 99.9`, in the unit of the column's head; a need of the row's own follows small. */
export function objectiveCell(objective: JudgedObjective | undefined, columnNeed: string): string {
  if (objective === undefined) return '–'
  const needs = needSigns(objective, RICH)
  const own = needs === columnNeed ? '' : ` <sub>${needs.replace(/\s%$/, '')}</sub>`
  return `${levels(objective)}${own}`
}

/** The same without the need: `99.97 → ❌ **97.1** ± 0.6 → 99.9`; differences have no before and after. */
export function levels(objective: JudgedObjective): string {
  const printed = printJudged(objective, RICH)
  const mark = objective.verdict === 'pass' ? '' : `${VERDICT_WORDS[objective.verdict].emoji}${RICH.space}`
  if (printed === null) return `${mark}no data`
  const unit = printed.unit === '' || HEAD_UNITS.has(printed.unit) ? '' : `${RICH.space}${printed.unit}`
  const unitless = unit === '' || /^points?$/.test(printed.unit) ? '' : unit
  const now =
    `${mark}**${printed.value}${unitless}**${printed.uncertainty === '' ? '' : `${RICH.space}${printed.uncertainty}`}`.replaceAll(
      '± ',
      `±${RICH.space}`,
    )
  if (objective.need.kind === 'increase' || objective.unit === 'value') return now
  const [before, after] = [objective.baseline, objective.recovery].map((level) =>
    formatLevel(level, objective.unit, RICH),
  )
  // A narrow column breaks before an arrow, never between it and what it leads to.
  return `${before} →${RICH.space}${now} →${RICH.space}${after}`
}
/** Said once, in the head of the column. */
const HEAD_UNITS: ReadonlySet<string> = new Set(['%', 'ms'])

/** `❌ breaks at **280 ms**, must hold 300 ms`. */
export function searchCell(experiment: JournalExperiment): string {
  const { search, verdict } = experiment
  if (search === null) return ''
  const say = (value: number) => formatSearchValue(value, search.unit, RICH)
  const mark = verdict === 'pass' ? '' : `${VERDICT_WORDS[verdict].emoji} `
  const must = search.atLeast === null ? '' : `, must hold ${say(search.atLeast)}`
  if (verdict === 'pass' && search.holds !== null) return `holds **${say(search.holds)}**${must}`
  if (search.breaks !== null) return `${mark}breaks at **${say(search.breaks)}**${must}`
  return search.holds === null ? `${mark}not found${must}` : `${mark}holds **${say(search.holds)}**${must}`
}

/** `3 s of 20`, marked where it is not a pass. */
export function recoveredCell({ recovery }: JournalExperiment): string {
  const mark = recovery === null || recovery.verdict === 'pass' ? '' : `${VERDICT_WORDS[recovery.verdict].emoji} `
  return `${mark}${recoveryCell(recovery, RICH)}`
}
