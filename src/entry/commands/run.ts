import { renderSummaryText } from '../../report/terminal/summary.ts'
import { gate } from '../gate.ts'
import type { Invocation } from '../program.ts'
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
        : `${renderSummaryText(journal, { columns: process.stdout.columns ?? COLUMNS })}\nreports in ${reportFolder}`
      process.stdout.write(`${text}\n`)
    },
  })
}
