import { randomBytes } from 'node:crypto'
import type { ExperimentFacts } from '../judge/facts.ts'
import { judgeExperiment } from '../judge/judge-experiment.ts'
import type { Clock } from '../kit/clock.ts'
import { SeaworthyError } from '../kit/errors.ts'
import { identityOf } from '../kit/process-identity.ts'
import { VERSION } from '../kit/version.ts'
import type { Emit, EventListener } from '../model/events.ts'
import type { Approval, Journal } from '../model/journal.ts'
import type { RunContext } from '../model/ports.ts'
import type { RunRequest } from '../model/request.ts'
import { runId } from '../model/run-id.ts'
import { experimentMs } from '../plan/estimate.ts'
import type { KindSearch } from '../platform/kubernetes/kind/find-kind.ts'
import { emptyShard } from './empty-shard.ts'
import { createEventBus } from './event-bus.ts'
import { factsOf, factsOfUnrun } from './facts.ts'
import { type ChangeFacts, makeJournal } from './journal.ts'
import type { PlannedRun } from './make-plan.ts'
import type { ObservedExperiment } from './observed.ts'
import { openSession } from './open-session.ts'
import { preflight } from './preflight.ts'
import { outOfHours } from './red-line.ts'
import { createRunFolder } from './run-folder.ts'
import type { Session } from './session.ts'
import type { SessionInput } from './session-input.ts'
import { tellStory } from './story.ts'

export interface RunInput {
  readonly request: RunRequest
  readonly planned: PlannedRun
  readonly clock: Clock
  readonly cancelled: AbortSignal
  readonly listeners: readonly EventListener[]
  readonly change: ChangeFacts | undefined
  /** Who agreed to the plan; undefined where nobody had to. */
  readonly approval?: Approval | undefined
  readonly stateFolder: string
  readonly reportFolder: string
  readonly helperCommand: readonly string[]
  readonly kindSearch: KindSearch
  /** What services get; holds no token. */
  readonly environment: Readonly<Record<string, string>>
  /** Where a token that the suite names is looked up; never handed on. */
  readonly tokens: Readonly<Record<string, string | undefined>>
  /** What must not be seen in a log of a service or in the words of a command; the journal's own are the caller's to mask. */
  readonly secrets: readonly string[]
  readonly onRun: (run: string) => void
  /** The pipeline that this run belongs to, by whose name its objects are found again. */
  readonly owner?: string | undefined
  /** Who makes the adapters; the real ones unless a test brings a world of its own. */
  readonly open?: (input: SessionInput) => Session | Promise<Session>
}

/** One run of a planned suite: does it, judges it, and leaves nothing behind. Throws only when not even its ledger could be made. */
export async function runSuite(input: RunInput): Promise<Journal> {
  const { planned, clock } = input
  const run = runId(randomBytes(5).toString('hex'), input.owner)
  const bus = createEventBus(clock)
  const readiness = followReadiness(bus.listen)
  for (const listener of input.listeners) bus.listen(listener)
  const startedAtMs = clock.now()
  bus.emit({ event: 'run.started', run, suite: planned.suite.name })
  bus.emit({ event: 'plan.made', plan: planned.plan })
  if (planned.plan.experiments.length === 0) {
    planned.cluster?.client.close()
    return emptyShard({ ...input, plan: planned.plan, policy: planned.policy, run, startedAtMs, emit: bus.emit })
  }
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
    secrets: input.secrets,
    ...folder,
  }
  const session = await (input.open ?? openSession)({
    context,
    planned,
    clock,
    cancelled: input.cancelled,
    tokens: input.tokens,
    readiness,
    listen: bus.listen,
    kindSearch: input.kindSearch,
    lockWaitMs: input.request.lockWaitMs,
    link: input.change?.runUrl,
  })
  const facts: ExperimentFacts[] = []
  const observed = await tellStory(session, {
    preflight: () => preflight(session),
    mayGoOn: (experiment) => outOfHours(session, experimentMs(experiment)),
    onExperiment: (seen) => {
      facts.push(factsOf(seen, planned.suite))
      tellProvisionalVerdict(bus.emit, session, seen, facts.at(-1))
    },
  })
  const unrun = planned.plan.experiments.slice(facts.length).map((experiment) => factsOfUnrun(experiment, observed))
  const journal = makeJournal({
    ...input,
    policy: planned.policy,
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
