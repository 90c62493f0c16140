import type { Observed } from './observed.ts'
import { patiently } from './patience.ts'
import type { Session } from './session.ts'
import { untilAborted } from './watch-window.ts'

/**
 * Starts the users and lets them warm the preview up. Blocks when not one request was answered: then there is nothing
 * that a fault could take away.
 */
export async function steadyState(session: Session): Promise<Observed['blocked']> {
  await session.traffic.start(session.cancelled)
  const startMs = session.clock.now()
  await Promise.all([
    session.clock.sleep(session.plan.warmupMs, session.cancelled),
    session.platform.settled?.(session.cancelled),
  ])
  if (session.traffic.kind === 'none' || session.plan.warmupMs === 0) return undefined
  const endMs = session.clock.now()
  await untilAborted(
    patiently(session.clock, 'waiting for the first requests', () => session.traffic.settle(endMs)),
    session.cancelled,
  )
  const [absent] = session.traffic.absent?.(startMs, endMs) ?? []
  if (absent) return absent
  // Whether anybody was answered, Prometheus tells in the baseline.
  if (session.traffic.kind === 'job') return undefined
  const records = session.traffic.records(startMs, endMs)
  const answered = records.ok.subarray(0, records.length).reduce((sum, ok) => sum + ok, 0)
  session.context.emit({ event: 'steady', detail: `${answered} of ${records.length} requests answered as expected` })
  if (records.length === 0)
    return { code: 'NO_DATA', detail: 'the traffic sent no request while the preview warmed up' }
  if (answered > 0) return undefined
  const failures = new Set(
    Array.from(records.failure.subarray(0, records.length), (kind) => records.failureKinds[kind]),
  )
  return {
    code: 'BASELINE_UNHEALTHY',
    detail: `none of ${records.length} requests was answered as expected before the first fault: ${[...failures].join(', ')}`,
  }
}
