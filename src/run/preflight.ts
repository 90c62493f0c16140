import { checkPrometheus } from '../observe/prometheus/check-prometheus.ts'
import { isWithinHours } from './hours.ts'
import type { Observed } from './observed.ts'
import type { Session } from './session.ts'

/** What must hold before anything is broken: the hours, and a Prometheus that answers where one is asked. Undefined when all does. */
export async function preflight(session: Session): Promise<Observed['blocked']> {
  return outOfHours(session) ?? (session.context.suite.prometheus ? prometheusAnswers(session) : undefined)
}

/** Why nothing may be broken now; undefined within the hours, and where none are set. */
export function outOfHours({ context, clock }: Pick<Session, 'context' | 'clock'>): Observed['blocked'] {
  const { hours } = context.suite.limits
  if (!hours || isWithinHours(clock.now(), hours)) return undefined
  const { from, to, timezone } = hours
  return { code: 'ABORTED_EXTERNALLY', detail: `it may only run between ${from} and ${to} (${timezone})` }
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
