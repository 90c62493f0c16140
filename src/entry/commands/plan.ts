import { formatIssue } from '../../kit/errors.ts'
import { renderPlan } from '../../report/plan/render-plan.ts'
import { baseNamed } from '../base-named.ts'
import type { Invocation } from '../invocation.ts'
import { masked } from '../masked.ts'
import { planToShow } from '../plan-run.ts'
import { requestOf } from '../request.ts'

const COLUMNS = 80
const REFUSED = 2

/** Prints the plan; what would stop the run goes to standard error, and then the exit code is that of a refusal. */
export async function planCommand(invocation: Invocation): Promise<number> {
  const request = requestOf(invocation)
  const { plan, policy, suite, obstacles } = await planToShow(request, baseNamed(request))
  process.stdout.write(
    invocation.json
      ? `${JSON.stringify(plan, null, 2)}\n`
      : `${renderPlan(plan, { columns: process.stdout.columns ?? COLUMNS, policy })}\n`,
  )
  if (obstacles.length > 0) process.stderr.write('\nWhat would stop this run:\n')
  for (const issue of obstacles)
    process.stderr.write(masked(`seaworthy: ${formatIssue(suite.file, { ...issue, column: 1, path: '' })}\n`))
  return obstacles.length > 0 ? REFUSED : 0
}
