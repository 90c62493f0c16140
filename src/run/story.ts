import { messageOf } from '../kit/errors.ts'
import type { Leftover } from '../model/ledger.ts'
import type { Snapshot } from '../model/ports.ts'
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
  /** Refuses to go on, with a reason: the hours are over. Asked before each experiment. */
  readonly mayGoOn: () => Observed['blocked']
  readonly onExperiment: (observed: ObservedExperiment) => void
}

/** The story of a run, in order (design §2). Never throws, and cleans up whatever happened. */
export async function tellStory(session: Session, hooks: StoryHooks): Promise<Observed> {
  const phases = phaseClock(session)
  const experiments: ObservedExperiment[] = []
  let blocked: Observed['blocked']
  let before: Snapshot | undefined
  let outside: readonly string[] = []
  try {
    await phases.time('platform up', () => session.platform.up(session.cancelled))
    blocked = await phases.time('preflight', () => untilAborted(hooks.preflight(), session.cancelled))
    if (!blocked) {
      await phases.time('engine up', () => untilAborted(session.engine.prepare(), session.cancelled))
      blocked = await phases.time('steady state', () => steadyState(session))
      before = await untilAborted(session.platform.snapshot(), session.cancelled)
    }
    for (const experiment of session.plan.experiments) {
      session.cancelled.throwIfAborted()
      blocked ??= hooks.mayGoOn() ?? stillOn(experiments.at(-1))
      if (blocked) break
      await settleAfter(session, experiments.at(-1))
      session.context.emit({
        event: 'experiment.started',
        index: experiment.index,
        of: session.plan.experiments.length,
        name: experiment.name,
      })
      const tell = experiment.search ? runSearch : runExperiment
      const observed = await phases.time(experiment.name, () => tell(session, experiment))
      experiments.push(observed)
      hooks.onExperiment(observed)
      session.traffic.forget(session.clock.now())
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
    leftovers,
    timings: phases.timings,
    blocked,
    cancelled: session.cancelled.aborted,
    requests: requestsOf(session),
  }
}

async function settleAfter(session: Session, last: ObservedExperiment | undefined): Promise<void> {
  if (last) await settleDown(session, last)
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
