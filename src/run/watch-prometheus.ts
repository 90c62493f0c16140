import { messageOf } from '../kit/errors.ts'
import type { Session } from './session.ts'
import { untilAborted, type WindowWatch } from './watch-window.ts'

/** Feeds guards of Prometheus objectives, one slice a scrape, as soon as each has been scraped. Never throws. */
export async function watchPrometheusSlices(
  session: Session,
  watch: WindowWatch,
  guarded: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const objectives = watch.experiment.objectives.filter(
    ({ name, indicator }) => indicator.source === 'prometheus' && guarded.has(name),
  )
  if (objectives.length === 0) return
  const sliceMs = Math.max(session.plan.sliceMs, session.scrapeMs)
  try {
    for (let startMs = watch.startMs; !signal.aborted; startMs += sliceMs) {
      await session.clock.sleep(startMs + sliceMs - session.clock.now(), signal)
      for (const objective of objectives) {
        const span = { window: watch.window, startMs, endMs: startMs + sliceMs, sliceMs }
        const seen = await untilAborted(session.observer.measure(objective, span), signal)
        const [slice] = seen.slices
        if (slice && seen.problems.length === 0) watch.onSlice?.(objective, slice)
      }
    }
  } catch (error) {
    if (signal.aborted) return
    session.context.emit({ event: 'warning', detail: `a guard stopped: ${messageOf(error)}` })
    watch.onLost?.(error)
  }
}
