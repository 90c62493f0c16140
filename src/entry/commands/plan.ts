import { renderPlan } from '../../report/plan/render-plan.ts'
import { makePlan } from '../../run/make-plan.ts'
import type { Invocation } from '../invocation.ts'
import { requestOf } from '../request.ts'

const COLUMNS = 80

export async function planCommand(invocation: Invocation): Promise<number> {
  const request = requestOf(invocation)
  const { plan } = await makePlan(request, process.env)
  process.stdout.write(
    invocation.json
      ? `${JSON.stringify(plan, null, 2)}\n`
      : `${renderPlan(plan, { columns: process.stdout.columns ?? COLUMNS })}\n`,
  )
  return 0
}
