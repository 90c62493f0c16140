import type { Journal, JournalExperiment } from '../../model/journal.ts'
import { codeFence } from '../escape/markdown.ts'
import { effectSentence, leftoverSentence, reproduceCommand, requestsEach } from '../words/facts.ts'
import { closestCall, worstFirst } from '../words/order.ts'
import { RICH } from '../words/typography.ts'
import { evidenceTable, touchedLine } from './evidence.ts'
import { failedSection } from './failed.ts'
import { impactMap } from './impact.ts'
import { lead, reasonInLead } from './lead.ts'
import { leftoverAlert } from './leftovers.ts'
import { type LinkOptions, whereTheRestIs } from './links.ts'
import { matrix } from './matrix.ts'
import { policySection } from './policy.ts'
import { allTable, heldLine, worstTable } from './short-table.ts'
import { details } from './table.ts'
import { warningLines } from './warnings.ts'

/** How much of a journal a text shows. Parts are given up in this order when it is too long. */
export interface Detail {
  readonly form: 'full' | 'short'
  readonly passedRows: boolean
  readonly evidence: boolean
  readonly impact: boolean
  readonly sparklines: boolean
  /** Most experiments that are told in full. */
  readonly failed: number
}

const MOST_COMMANDS = 8

/** Everything between the first line and the footer, in the order in which it is read. */
export function body(journal: Journal, detail: Detail, options: LinkOptions): string[] {
  const alert = leftoverAlert(journal)
  return [
    ...(alert === undefined ? [] : [alert]),
    ...lead(journal),
    ...policySection(journal),
    ...tables(journal, detail),
    legend(journal),
    ...warningLines(journal),
    ...failedSections(journal, detail),
    ...folded(journal, detail),
    ...omissions(journal, detail, options),
  ].filter((part) => part !== '')
}

function tables({ experiments, ...journal }: Journal, detail: Detail): string[] {
  if (experiments.length === 0) return []
  if (detail.form === 'full') return [matrix(experiments).join('\n')]
  const closest = closestCall({ experiments, ...journal })
  return [worstTable(experiments, detail.failed).join('\n'), heldLine(experiments, closest?.experiment)]
}

/** How to read the table, once, and the proof that the run is worth reading. */
function legend(journal: Journal): string {
  const each = requestsEach(journal.experiments, RICH)
  const read = each === undefined ? '' : `before → **under the fault** → after, in % of ${each}; ±: 95 % bounds. `
  return `<sub>${read}${effectSentence(journal)} ${leftoverSentence(journal)}</sub>`
}

function failedSections(journal: Journal, { failed, sparklines }: Detail): string[] {
  const { experiments } = journal
  return told(experiments)
    .slice(0, failed)
    .map((experiment) =>
      failedSection(experiment, { sparklines, told: reasonInLead(journal, experiment), experiments }),
    )
}

/** Those that ran and did not hold, or could not be judged, worst first. */
function told(experiments: readonly JournalExperiment[]): JournalExperiment[] {
  return worstFirst(experiments).filter(({ ran, verdict }) => ran && verdict !== 'pass')
}

function folded(journal: Journal, detail: Detail): string[] {
  const { experiments } = journal
  const impact = detail.impact ? impactMap(experiments) : undefined
  const evidence = detail.evidence ? evidenceTable(journal, detail.form) : undefined
  const all = detail.form === 'short' && detail.passedRows ? [allTable(experiments).join('\n')] : undefined
  return [
    ...(all === undefined ? [] : [details(`All ${experiments.length}, one line each`, all)]),
    ...(impact === undefined ? [] : [details('Impact map: which service felt which fault', impact)]),
    ...(evidence === undefined
      ? []
      : [details('Evidence that each fault had its effect, and ended', [...evidence, touchedLine(journal)])]),
    details('Run it here', [codeFence(commands(journal), 'sh')]),
  ]
}

function commands(journal: Journal): string[] {
  const names = told(journal.experiments)
    .slice(0, MOST_COMMANDS)
    .map((experiment) => experiment.name)
  return names.length === 0 ? [reproduceCommand(journal)] : names.map((name) => reproduceCommand(journal, name))
}

/** Says what was given up, with its count, and where it is. */
function omissions(journal: Journal, detail: Detail, options: LinkOptions): string[] {
  const { experiments } = journal
  const failed = told(experiments).length
  const passed = experiments.length - failed
  const faults = experiments.flatMap(({ evidence }) => evidence).length
  const gone = [
    ...(detail.passedRows || passed === 0 ? [] : [`${passed} rows of what held`]),
    ...(detail.evidence || faults === 0 ? [] : [`the evidence of ${faults} faults`]),
    ...(detail.impact ? [] : ['the impact map']),
    ...(detail.sparklines || failed === 0 ? [] : ['the charts']),
    ...(failed <= detail.failed ? [] : [`the details of ${failed - detail.failed} more that did not hold`]),
  ]
  return gone.length === 0
    ? []
    : [`<sub>Left out here: ${gone.join(', ')}. All of it is ${whereTheRestIs(journal, options)}.</sub>`]
}
