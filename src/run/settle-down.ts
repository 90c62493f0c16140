import type { Slice } from '../model/measurement.ts'
import type { PlannedExperiment, PlannedObjective } from '../model/plan.ts'
import type { ObservedExperiment } from './observed.ts'
import type { Session } from './session.ts'
import { untilAborted } from './watch-window.ts'

/** So many good slices in a row are calm; the same number by which a recovery is told. */
const GOOD_SLICES = 3
/** What has not calmed down by then will show as an unhealthy baseline. */
const PATIENCE_MS = 30_000

/**
 * Waits until what one experiment left in the preview (a backlog, a replica that is still starting) is gone, so that it
 * is not counted against the next one. Costs nothing where the recovery window ended calmly. Resolves with the time since
 * which the preview is known to be calm, in milliseconds since the epoch: what was measured of it meanwhile need not be
 * waited for again.
 */
export async function settleDown(session: Session, observed: ObservedExperiment): Promise<number> {
  const objectives = observed.experiment.objectives.filter(({ indicator }) => indicator.source === 'traffic')
  const isSeen = session.traffic.kind !== 'none' && objectives.length > 0
  if (!isSeen || endedCalmly(observed, objectives)) {
    return (isSeen ? observed.spans.recovery?.endMs : undefined) ?? session.clock.now()
  }
  const deadline = session.clock.now() + PATIENCE_MS
  let good = 0
  while (good < GOOD_SLICES && session.clock.now() < deadline) {
    good = (await nextSliceIsGood(session, objectives)) ? good + 1 : 0
  }
  return session.clock.now()
}

function endedCalmly({ measurements, spans }: ObservedExperiment, objectives: readonly PlannedObjective[]): boolean {
  if (!spans.fault) return true
  return objectives.every((objective) => {
    const slices = measurements.get(objective.name)?.recovery?.slices ?? []
    return slices.length >= GOOD_SLICES && slices.slice(-GOOD_SLICES).every((slice) => isGood(objective, slice))
  })
}

async function nextSliceIsGood(session: Session, objectives: PlannedExperiment['objectives']): Promise<boolean> {
  const startMs = session.clock.now()
  const { sliceMs } = session.plan
  const endMs = startMs + sliceMs
  await session.clock.sleep(sliceMs, session.cancelled)
  await untilAborted(session.traffic.settle(endMs), session.cancelled)
  const looks = objectives.map(async (objective) => {
    const { slices } = await session.observer.measure(objective, { window: 'recovery', startMs, endMs, sliceMs })
    return slices.every((slice) => isGood(objective, slice))
  })
  const seen = await untilAborted(Promise.all(looks), session.cancelled)
  return seen.every((good) => good)
}

/** Within the need where it is a share, at most half bad where it is something else; nothing due is no news. */
function isGood({ need }: PlannedObjective, { n, bad }: Slice): boolean {
  const allowed = need.kind === 'share' ? 1 - need.target : 0.5
  return n === 0 || bad / n <= allowed
}
