import type { Plan } from '../../model/plan.ts'
import { codeFence } from '../escape/markdown.ts'
import { keepLines } from '../escape/truncate.ts'
import { type PlanOptions, renderPlan } from '../plan/render-plan.ts'
import { formatAbout } from '../words/durations.ts'
import { plural } from '../words/numbers.ts'
import { PLAIN } from '../words/typography.ts'

const COLUMNS = 120

/** `Plan: 6 experiments, 4 targets, about 24 min` */
export function planTitle({ experiments, touched, estimateMs }: Plan): string {
  const [count, targets] = [experiments.length, touched.length]
  const ms = estimateMs.reduce((sum, phase) => sum + phase.ms, 0)
  return `Plan: ${count} ${plural(count, 'experiment')}, ${targets} ${plural(targets, 'target')}, about ${formatAbout(ms, PLAIN)}`
}

/** The plan as `seaworthy plan` prints it, for a job summary or a check. At most `limit` characters or bytes. */
export function renderPlanMarkdown(plan: Plan, limit: number, options: Omit<PlanOptions, 'columns'> = {}): string {
  const { kept, dropped } = keepLines(renderPlan(plan, { ...options, columns: COLUMNS }).split('\n'), limit - 300)
  const more = dropped === 0 ? [] : [`… ${dropped} more lines are in the log`]
  return `### 📋 ${planTitle(plan)}\n\n${codeFence([...kept, ...more], 'text')}\n\nNothing was touched.`
}
