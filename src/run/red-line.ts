import { hoursInWords, nextRedLine, timeOfDay } from './hours.ts'
import type { Observed } from './observed.ts'
import type { Session } from './session.ts'

type Place = Pick<Session, 'context' | 'clock'>

/**
 * Why nothing may be broken for so long from now: a red line, or the end of the hours, lies before the planned end.
 * Undefined where none does, and where no hours are set.
 */
export function outOfHours({ context, clock }: Place, plannedMs = 0): Observed['blocked'] {
  const { hours } = context.suite.limits
  if (!hours) return undefined
  const nowMs = clock.now()
  const atMs = nextRedLine(nowMs, plannedMs, hours)
  if (atMs === undefined) return undefined
  const rule = `it may only run ${hoursInWords(hours)}`
  const why =
    atMs === nowMs
      ? `now it is ${timeOfDay(nowMs, hours)}`
      : `it would last until about ${timeOfDay(nowMs + plannedMs, hours)}, and nothing may be broken at ${timeOfDay(atMs, hours)}`
  return { code: 'ABORTED_EXTERNALLY', detail: `${rule}; ${why}` }
}

/** How far ahead is looked, and how long is slept at most: a clock that was set anew is noticed by then. */
const LOOK_MS = 30_000

/**
 * Aborts its signal as soon as no fault may be on any more, with the words for it as the reason: windows can last longer
 * than they were planned. `stop` ends the watch; it must be called.
 */
export function watchRedLine(session: Place): { readonly signal: AbortSignal; readonly stop: () => void } {
  const reached = new AbortController()
  const stopped = new AbortController()
  const watch = async () => {
    const { hours } = session.context.suite.limits
    while (hours && !stopped.signal.aborted) {
      const nowMs = session.clock.now()
      const atMs = nextRedLine(nowMs, LOOK_MS, hours)
      if (atMs === nowMs) return reached.abort(`the fault was ended at ${timeOfDay(nowMs, hours)}: ${allowed(hours)}`)
      await session.clock.sleep((atMs ?? nowMs + LOOK_MS) - nowMs, stopped.signal)
    }
  }
  // What it throws is that it was stopped.
  watch().catch(() => undefined)
  return { signal: reached.signal, stop: () => stopped.abort() }
}

function allowed(hours: Parameters<typeof hoursInWords>[0]): string {
  return `faults may be on only ${hoursInWords(hours)}`
}
