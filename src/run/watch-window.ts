import { messageOf } from '../kit/errors.ts'
import type { Slice, WindowName } from '../model/measurement.ts'
import type { PlannedExperiment, PlannedObjective } from '../model/plan.ts'
import type { Session } from './session.ts'

export interface WindowWatch {
  readonly experiment: PlannedExperiment
  readonly window: WindowName
  readonly startMs: number
  /** Where the watch ends; Infinity until it is stopped. */
  readonly untilMs: number
  readonly onSlice?: (objective: PlannedObjective, slice: Slice) => void
  /** Told once when it can no longer be followed. */
  readonly onLost?: (error: unknown) => void
}

/**
 * Follows a window slice by slice while it lasts, for progress and for guards. A slice is looked at when every request
 * that was due in it has ended, so what a guard is fed is complete. Ends when the signal is aborted; never throws.
 */
export async function watchWindow(session: Session, watch: WindowWatch, signal: AbortSignal): Promise<void> {
  const { sliceMs } = session.plan
  const live = watch.experiment.objectives.filter(({ indicator }) => indicator.source === 'traffic')
  try {
    for (let startMs = watch.startMs; startMs + sliceMs <= watch.untilMs && !signal.aborted; startMs += sliceMs) {
      await session.clock.sleep(startMs + sliceMs - session.clock.now(), signal)
      await untilAborted(session.traffic.settle(startMs + sliceMs), signal)
      const looks = live.map((objective) => oneSlice(session, objective, watch.window, startMs))
      const seen = await untilAborted(Promise.all(looks), signal)
      session.context.emit({
        event: 'slice',
        index: watch.experiment.index,
        window: watch.window,
        objectives: seen.map(({ objective, slice }) => ({
          name: objective.name,
          n: slice.n,
          bad: slice.bad,
          value: slice.value,
        })),
      })
      for (const { objective, slice } of seen) watch.onSlice?.(objective, slice)
    }
  } catch (error) {
    if (signal.aborted) return
    session.context.emit({ event: 'warning', detail: `progress stopped: ${messageOf(error)}` })
    watch.onLost?.(error)
  }
}

async function oneSlice(session: Session, objective: PlannedObjective, window: WindowName, startMs: number) {
  const { sliceMs } = session.plan
  const measurement = await session.observer.measure(objective, { window, startMs, endMs: startMs + sliceMs, sliceMs })
  const slice = measurement.slices[0] ?? { startMs, n: 0, bad: 0, badAtLeast: 0, value: null }
  return { objective, slice }
}

/** The promise, or the signal's reason as soon as it is aborted. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const stop = () => reject(signal.reason)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([aborted, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
