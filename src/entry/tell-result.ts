import { join, relative } from 'node:path'
import { renderSummaryText } from '../report/terminal/summary.ts'
import type { GateOutcome } from './gate.ts'

const COLUMNS = 80

/** The result of a run on standard output: the summary for people, or the journal as JSON. */
export function tellResult({ journal, reportFolder }: GateOutcome, json: boolean): void {
  const text = json
    ? JSON.stringify(journal, null, 2)
    : renderSummaryText(journal, { columns: process.stdout.columns ?? COLUMNS, paths: pathsIn(reportFolder) })
  process.stdout.write(`${text.trimEnd()}\n`)
}

/** As a user would type them: relative where they are below the present folder. */
function pathsIn(folder: string): { readonly report: string; readonly journal: string } {
  const below = relative('', folder)
  const shown = below.startsWith('..') ? folder : below
  return { report: join(shown, 'report.html'), journal: join(shown, 'journal.json') }
}
