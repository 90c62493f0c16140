import { join, relative } from 'node:path'
import { renderSummaryText } from '../../report/terminal/summary.ts'
import { gate } from '../gate.ts'
import type { Invocation } from '../invocation.ts'
import { requestOf } from '../request.ts'
import { planCommand } from './plan.ts'

const COLUMNS = 80

export async function runCommand(invocation: Invocation): Promise<number> {
  const request = requestOf(invocation)
  if (request.mode === 'plan') return planCommand(invocation)
  return gate(request, {
    change: undefined,
    groups: false,
    onRun: () => undefined,
    publish: async ({ journal, reportFolder }) => {
      const text = invocation.json
        ? JSON.stringify(journal, null, 2)
        : renderSummaryText(journal, { columns: process.stdout.columns ?? COLUMNS, paths: pathsIn(reportFolder) })
      process.stdout.write(`${text.trimEnd()}\n`)
    },
  })
}

/** As a user would type them: relative where they are below the present folder. */
function pathsIn(folder: string): { readonly report: string; readonly journal: string } {
  const below = relative('', folder)
  const shown = below.startsWith('..') ? folder : below
  return { report: join(shown, 'report.html'), journal: join(shown, 'journal.json') }
}
