import { systemClock } from '../../../kit/clock.ts'
import type { ActiveRule, RequestFacts } from './rules.ts'

/** Holds a request for each delay in turn; a fault that ends lets go of it at once, and so does a client that went. */
export async function hold(delays: readonly ActiveRule[], request: RequestFacts, gone: AbortSignal): Promise<void> {
  for (const fault of delays) {
    if (fault.rule.rule !== 'delay' || !fault.active) continue
    const since = performance.now()
    fault.countHit(request)
    await systemClock.sleep(fault.delayMs(fault.rule), AbortSignal.any([fault.over, gone])).catch(() => undefined)
    if (!request.own) fault.held(performance.now() - since)
  }
}
