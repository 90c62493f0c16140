import { randomBytes } from 'node:crypto'
import type { ExperimentFacts } from '../judge/facts.ts'
import { judgeExperiment } from '../judge/judge-experiment.ts'
import type { Clock } from '../kit/clock.ts'
import { SeaworthyError } from '../kit/errors.ts'
import { identityOf } from '../kit/process-identity.ts'
import { VERSION } from '../kit/version.ts'
import type { Emit, EventListener } from '../model/events.ts'
import type { Journal } from '../model/journal.ts'
import type { RunContext } from '../model/ports.ts'
import type { RunRequest } from '../model/request.ts'
import { createEventBus } from './event-bus.ts'
import { factsOf, factsOfUnrun } from './facts.ts'
import { type ChangeFacts, makeJournal } from './journal.ts'
import type { PlannedRun } from './make-plan.ts'
import type { ObservedExperiment } from './observed.ts'
import { openSession, type SessionInput } from './open-session.ts'
import { outOfHours, preflight } from './preflight.ts'
import { createRunFolder } from './run-folder.ts'
import type { Session } from './session.ts'
import { tellStory } from './story.ts'

export interface RunInput {
  readonly request: RunRequest
  readonly planned: PlannedRun
  readonly clock: Clock
  readonly cancelled: AbortSignal
  readonly listeners: readonly EventListener[]
  readonly change: ChangeFacts | undefined
  readonly stateFolder: string
  readonly reportFolder: string
  readonly helperCommand: readonly string[]
  /** What services get; holds no token. */
  readonly environment: Readonly<Record<string, string>>
  /** Where a token that the suite names is looked up; never handed on. */
  readonly tokens: Readonly<Record<string, string | undefined>>
  readonly onRun: (run: string) => void
  /** Who makes the adapters; the real ones unless a test brings a world of its own. */
  readonly open?: (input: SessionInput) => Session
}

/** One run of a planned suite: does it, judges it, and leaves nothing behind. Throws only when not even its ledger could be made. */
export async function runSuite(input: RunInput): Promise<Journal> {
  const { planned, clock } = input
  const run = `r-${randomBytes(5).toString('hex')}`
  const bus = createEventBus(clock)
  const readiness = followReadiness(bus.listen)
  for (const listener of input.listeners) bus.listen(listener)
  const startedAtMs = clock.now()
  const folder = createRunFolder(input.stateFolder, run, {
    ...owner(),
    suite: planned.suite.file,
    version: VERSION,
    at: startedAtMs,
  })
  input.onRun(run)
  const context: RunContext = {
    run,
    suite: planned.suite,
    emit: bus.emit,
    reportFolder: input.reportFolder,
    helperCommand: input.helperCommand,
    environment: { ...input.environment, SEAWORTHY_RUN: run },
    ...folder,
  }
  bus.emit({ event: 'run.started', run, suite: planned.suite.name })
  bus.emit({ event: 'plan.made', plan: planned.plan })
  const session = (input.open ?? openSession)({
    context,
    planned,
    clock,
    cancelled: input.cancelled,
    tokens: input.tokens,
    readiness,
  })
  const facts: ExperimentFacts[] = []
  const observed = await tellStory(session, {
    preflight: () => preflight(session),
    mayGoOn: () => outOfHours(session),
    onExperiment: (seen) => {
      facts.push(factsOf(seen, planned.suite))
      tellProvisionalVerdict(bus.emit, session, seen, facts.at(-1))
    },
  })
  const unrun = planned.plan.experiments.slice(facts.length).map((experiment) => factsOfUnrun(experiment, observed))
  const journal = makeJournal({
    ...input,
    run,
    startedAtMs,
    session,
    observed,
    facts: [...facts, ...unrun],
    listenerFailures: bus.failures(),
  })
  folder.close(observed.leftovers.length === 0, clock.now())
  bus.emit({ event: 'verdict', verdict: journal.verdict, summary: journal.summary })
  return journal
}

function owner() {
  const identity = identityOf(process.pid)
  if (!identity) throw new SeaworthyError('INTERNAL', 'this process cannot read its own start time')
  return { owner: identity }
}

/** Before the suite as a whole is known: what Holm's correction takes back is said at the end. */
function tellProvisionalVerdict(
  emit: Emit,
  session: Session,
  { experiment }: ObservedExperiment,
  facts: ExperimentFacts | undefined,
): void {
  if (!facts) return
  const { verdict, reasons } = judgeExperiment(facts)
  const of = session.plan.experiments.length
  emit({
    event: 'experiment.judged',
    index: experiment.index,
    of,
    name: experiment.name,
    verdict,
    detail: reasons[0]?.detail ?? '',
  })
}

function followReadiness(listen: (listener: EventListener) => void): Session['readiness'] {
  const seen: { replica: string; atMs: number }[] = []
  listen((event) => {
    if (event.event === 'replica.ready') seen.push({ replica: event.replica, atMs: event.at })
  })
  return seen
}
