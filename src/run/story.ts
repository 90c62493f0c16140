import { messageOf } from '../kit/errors.ts'
import type { Leftover } from '../model/ledger.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { ImageDigest, Snapshot } from '../model/ports.ts'
import { errorOf, runExperiment } from './experiment.ts'
import type { Observed, ObservedExperiment } from './observed.ts'
import { outsideChanges } from './outside.ts'
import { patiently } from './patience.ts'
import { phaseClock } from './phase-clock.ts'
import { runSearch } from './search.ts'
import type { Session } from './session.ts'
import { settleDown } from './settle-down.ts'
import { steadyState } from './steady-state.ts'
import { untilAborted } from './watch-window.ts'

export interface StoryHooks {
  /** Refuses to start, with a reason: hours, a Prometheus that does not answer. Asked when the preview is up. */
  readonly preflight: () => Promise<Observed['blocked']>
  /** Refuses to go on, with a reason: the hours are over before the experiment would be. Asked before each. */
  readonly mayGoOn: (experiment: PlannedExperiment) => Observed['blocked']
  readonly onExperiment: (observed: ObservedExperiment) => void
}

/** The story of a run, in order (design §2). Never throws, and cleans up whatever happened. */
export async function tellStory(session: Session, hooks: StoryHooks): Promise<Observed> {
  const phases = phaseClock(session)
  const experiments: ObservedExperiment[] = []
  let blocked: Observed['blocked']
  let before: Snapshot | undefined
  let outside: readonly string[] = []
  let images: readonly ImageDigest[] = []
  try {
    await phases.time('platform up', () => session.platform.up(session.cancelled))
    blocked = await phases.time('preflight', () => untilAborted(hooks.preflight(), session.cancelled))
    if (!blocked) {
      await phases.time('engine up', () => untilAborted(session.engine.prepare(), session.cancelled))
      blocked = await phases.time('steady state', () => steadyState(session))
      images = await untilAborted(session.platform.images?.() ?? Promise.resolve([]), session.cancelled)
      before = await untilAborted(session.platform.snapshot(), session.cancelled)
    }
    for (const experiment of session.plan.experiments) {
      session.cancelled.throwIfAborted()
      blocked ??= hooks.mayGoOn(experiment) ?? stillOn(experiments.at(-1))
      if (blocked) break
      const last = experiments.at(-1)
      const calmSinceMs = last && (await settleDown(session, last))
      session.context.emit({
        event: 'experiment.started',
        index: experiment.index,
        of: session.plan.experiments.length,
        name: experiment.name,
      })
      const tell = experiment.search ? runSearch : runExperiment
      const observed = await phases.time(experiment.name, () => tell(session, experiment, calmSinceMs))
      experiments.push(observed)
      hooks.onExperiment(observed)
      // The next baseline may begin where this recovery ended.
      session.traffic.forget(observed.spans.recovery?.endMs ?? session.clock.now())
    }
    if (before) {
      const after = await untilAborted(session.platform.snapshot(), session.cancelled)
      outside = outsideChanges(before, after, session.plan)
    }
  } catch (thrown) {
    if (!session.cancelled.aborted) blocked ??= errorOf(thrown)
  }
  const leftovers = await phases.time('clean up', () => cleanUp(session))
  return {
    experiments,
    outside,
    images,
    leftovers,
    timings: phases.timings,
    blocked,
    cancelled: session.cancelled.aborted,
    requests: requestsOf(session),
  }
}

/** Nothing is broken on top of what may still be broken: both together would be more than anybody agreed to. */
function stillOn(last: ObservedExperiment | undefined): Observed['blocked'] {
  if (!last || last.unended.length === 0) return undefined
  return { code: 'CLEANUP_UNPROVEN', detail: `nothing more was tried: ${last.unended.join(', ')} may still be on` }
}

/** For the report alone: no number of it is judged. */
function requestsOf({ traffic }: Session): Observed['requests'] {
  try {
    const { requests, lateP99Ms, description } = traffic.stats()
    return {
      requests: Number.isSafeInteger(requests) ? requests : 0,
      lateP99Ms: lateP99Ms !== null && Number.isFinite(lateP99Ms) ? lateP99Ms : null,
      description,
    }
  } catch (error) {
    return { requests: 0, lateP99Ms: null, description: `the traffic cannot say what it sent: ${messageOf(error)}` }
  }
}

/** Faults first, then the traffic, then the preview. Each is tried whatever the others did. */
async function cleanUp(session: Session): Promise<readonly Leftover[]> {
  const leftovers: Leftover[] = []
  const steps: readonly (readonly [string, () => Promise<readonly Leftover[] | undefined>])[] = [
    ['the faults', () => session.engine.release()],
    ['the traffic', () => session.traffic.stop().then(() => undefined)],
    ['the preview', () => session.platform.down()],
  ]
  for (const [what, end] of steps) {
    try {
      leftovers.push(...((await patiently(session.clock, `ending ${what}`, end)) ?? []))
    } catch (error) {
      leftovers.push({ what, why: messageOf(error), remedy: `seaworthy cleanup --run ${session.context.run}` })
    }
  }
  session.context.emit({ event: 'cleaned', leftovers })
  return leftovers
}
