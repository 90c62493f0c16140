import type { Measurement, WindowName } from '../model/measurement.ts'
import type { PlannedExperiment, PlannedObjective } from '../model/plan.ts'
import type { WindowSpan } from '../model/ports.ts'
import { patiently } from './patience.ts'
import type { Session } from './session.ts'
import { untilAborted } from './watch-window.ts'

export type Spans = Readonly<Partial<Record<WindowName, WindowSpan>>>
export type Measurements = Readonly<Partial<Record<WindowName, Measurement>>>

/** Every objective of an experiment in every window that took place. Waits until the last request that was due has ended. */
export async function measureAll(
  session: Session,
  experiment: PlannedExperiment,
  spans: Spans,
): Promise<ReadonlyMap<string, Measurements>> {
  const last = Math.max(...Object.values(spans).map(({ endMs }) => endMs))
  await untilAborted(
    patiently(session.clock, 'waiting for the last requests', () => session.traffic.settle(last)),
    session.cancelled,
  )
  const measured = await untilAborted(
    Promise.all(
      experiment.objectives.map(
        async (objective) => [objective.name, await measureWindows(session, objective, spans)] as const,
      ),
    ),
    session.cancelled,
  )
  return new Map(measured)
}

async function measureWindows(session: Session, objective: PlannedObjective, spans: Spans): Promise<Measurements> {
  const entries = await Promise.all(
    Object.values(spans).map(
      async (span) =>
        [span.window, await session.observer.measure(objective, spanFor(session, objective, span))] as const,
    ),
  )
  return Object.fromEntries(entries)
}

/** Prometheus has one sample a scrape, so its slices are no shorter than that. */
function spanFor(session: Session, objective: PlannedObjective, span: WindowSpan): WindowSpan {
  return objective.indicator.source === 'traffic'
    ? span
    : { ...span, sliceMs: Math.max(span.sliceMs, session.scrapeMs) }
}
