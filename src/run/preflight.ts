import { checkPrometheus } from '../observe/prometheus/check-prometheus.ts'
import { isWithinHours } from './hours.ts'
import type { Session } from './session.ts'
import type { Observed } from './story.ts'

/** What must hold before anything is broken: the hours, and a Prometheus that answers where one is asked. Undefined when all does. */
export async function preflight(session: Session): Promise<Observed['blocked']> {
  const { limits } = session.context.suite
  if (limits.hours && !isWithinHours(session.clock.now(), limits.hours)) {
    const { from, to, timezone } = limits.hours
    return { code: 'ABORTED_EXTERNALLY', detail: `it may only run between ${from} and ${to} (${timezone})` }
  }
  return session.context.suite.prometheus ? prometheusAnswers(session) : undefined
}

/** A Prometheus that is dead now would make every experiment inconclusive, after the damage. */
async function prometheusAnswers(session: Session): Promise<Observed['blocked']> {
  const setting = session.prometheus()
  if (!setting) return { code: 'NO_DATA', detail: 'the suite has a Prometheus, and nobody knows where it is' }
  const { problems } = await checkPrometheus(setting)
  const [first] = problems
  return first && { code: first.code, detail: first.detail }
}
