import { checkPrometheus } from '../observe/prometheus/check-prometheus.ts'
import type { Observed } from './observed.ts'
import { outOfHours } from './red-line.ts'
import type { Session } from './session.ts'

/** What must hold before anything is broken: hours that the whole plan fits in, and a Prometheus that answers where one is asked. Undefined when all does. */
export async function preflight(session: Session): Promise<Observed['blocked']> {
  const plannedMs = session.plan.estimateMs.reduce((sum, { ms }) => sum + ms, 0)
  return outOfHours(session, plannedMs) ?? (session.context.suite.prometheus ? prometheusAnswers(session) : undefined)
}

/** Nobody has to wait long to be told that there is no Prometheus. */
const PATIENCE_MS = 5_000

/** A Prometheus that is dead now would make every experiment inconclusive, after the damage. */
async function prometheusAnswers(session: Session): Promise<Observed['blocked']> {
  const setting = session.prometheus()
  if (!setting) return { code: 'NO_DATA', detail: 'the suite has a Prometheus, and nobody knows where it is' }
  const { problems } = await checkPrometheus({ ...setting, deadlineMs: PATIENCE_MS })
  const [first] = problems
  return first && { code: first.code, detail: first.detail }
}
