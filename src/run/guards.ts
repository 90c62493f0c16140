import { createGuard, guardAlpha } from '../judge/guard.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { GuardSpec } from '../model/suite.ts'
import type { Session } from './session.ts'
import { watchPrometheusSlices } from './watch-prometheus.ts'
import { watchWindow } from './watch-window.ts'

/** Why a fault was ended early; the reason of the signal that ends it. */
export class GuardFired extends Error {
  readonly guard: GuardSpec

  constructor(guard: GuardSpec) {
    super(`${guard.objective} fell below its abort limit`)
    this.name = 'GuardFired'
    this.guard = guard
  }
}

/**
 * Follows the fault window and aborts the signal, with GuardFired as its reason, once a limit is proven to be crossed.
 * A limit that can no longer be watched ends the fault as well, with what was thrown as the reason.
 * `stop` makes the guards deaf at once; its promise is there for who must know that nothing goes on.
 */
export function watchGuards(
  session: Session,
  experiment: PlannedExperiment,
  startMs: number,
): { readonly signal: AbortSignal; readonly stop: () => Promise<void> } {
  const fired = new AbortController()
  const stopped = new AbortController()
  const judged = new Set(experiment.objectives.map(({ name }) => name))
  const specs = session.plan.guards.filter(({ objective }) => judged.has(objective))
  const guards = specs.map((spec) => ({
    spec,
    guard: createGuard({ below: spec.below, alpha: guardAlpha(specs.length) }),
  }))
  const feed = (objective: { name: string }, slice: { n: number; bad: number }) => {
    for (const { spec, guard } of guards) {
      if (signal.aborted || spec.objective !== objective.name || !guard.feed(slice)) continue
      session.context.emit({
        event: 'guard.fired',
        index: experiment.index,
        objective: spec.objective,
        below: spec.below,
      })
      fired.abort(new GuardFired(spec))
    }
  }
  const signal = AbortSignal.any([stopped.signal, fired.signal, session.cancelled])
  const watch = {
    experiment,
    window: 'fault' as const,
    startMs,
    untilMs: Number.POSITIVE_INFINITY,
    onSlice: feed,
    ...(specs.length === 0 ? {} : { onLost: (error: unknown) => fired.abort(error) }),
  }
  const guarded = new Set(specs.map(({ objective }) => objective))
  const watching = [watchWindow(session, watch, signal), watchPrometheusSlices(session, watch, guarded, signal)]
  return {
    signal: fired.signal,
    stop: async () => {
      stopped.abort()
      await Promise.all(watching)
    },
  }
}
