import { release } from 'node:os'
import type { ExperimentFacts, JudgedExperiment } from '../judge/facts.ts'
import { judgeExperiment } from '../judge/judge-experiment.ts'
import { judgeSuite } from '../judge/judge-suite.ts'
import { messageOf } from '../kit/errors.ts'
import { VERSION } from '../kit/version.ts'
import { faultsOf, mechanismOf } from '../model/faults-of.ts'
import type { Approval, Journal, JournalExperiment } from '../model/journal.ts'
import type { Plan, PlannedExperiment, PlannedFault, PlannedShard } from '../model/plan.ts'
import { loosenedReason, type PolicyRecord } from '../model/policy.ts'
import type { RunRequest } from '../model/request.ts'
import type { Change } from '../publish/change.ts'
import { ENGINE } from './make-plan.ts'
import type { Observed } from './observed.ts'
import type { Session } from './session.ts'

/** What a journal says of the change that is gated. */
export type ChangeFacts = Omit<Change, 'fromFork'>

/** What of a session is told in its journal. */
interface Judged {
  readonly plan: Plan
  readonly clock: Pick<Session['clock'], 'now'>
  readonly platform: Pick<Session['platform'], 'detail'>
  readonly traffic: Pick<Session['traffic'], 'kind'>
}

export interface JournalInput {
  readonly request: RunRequest
  readonly run: string
  readonly startedAtMs: number
  readonly session: Judged
  readonly observed: Observed
  readonly facts: readonly ExperimentFacts[]
  readonly change: ChangeFacts | undefined
  readonly listenerFailures: number
  /** Undefined where there was no base to ask. */
  readonly policy?: PolicyRecord | undefined
  /** Who agreed to the plan; undefined where nobody had to. */
  readonly approval?: Approval | undefined
}

/** Judges what was seen and writes the one record of the run. */
export function makeJournal(input: JournalInput): Journal {
  const { request, session, observed, facts } = input
  const { plan } = session
  const alone = facts.map(judgeExperiment)
  const judged = judgeSuite(alone, {
    leftovers: observed.leftovers,
    outsideChanges: observed.outside,
    cancelled: observed.cancelled,
    onInconclusive: request.onInconclusive,
    blocked: [...(observed.blocked ? [observed.blocked] : []), ...loosenedBy(input.policy)],
  })
  const about = aboutRun({ ...input, plan, endedAtMs: session.clock.now() })
  return {
    ...about,
    platform: {
      name: plan.platform,
      detail: detailOf(session),
      ...(observed.images.length === 0 ? {} : { images: observed.images.map((image) => ({ ...image })) }),
    },
    plan: { ...about.plan, warnings: [...plan.warnings, ...lost(input.listenerFailures)] },
    ...(input.approval ? { approval: input.approval } : {}),
    verdict: judged.verdict,
    summary: judged.summary,
    reasons: [...judged.reasons],
    experiments: judged.experiments.map((experiment, place) => journalExperiment(experiment, facts[place])),
    outside: [...observed.outside],
    leftovers: [...observed.leftovers],
    traffic: { kind: session.traffic.kind, ...observed.requests },
    timings: [...observed.timings],
    ...(plan.shard ? { shard: shardOf(plan.shard, alone) } : {}),
  }
}

/** Required things that the change would loosen: each makes the run a failure, whatever was measured. */
function loosenedBy(policy: PolicyRecord | undefined) {
  return (policy?.changes ?? []).filter(({ effect }) => effect === 'blocks').map(loosenedReason)
}

interface AboutRun extends Pick<JournalInput, 'request' | 'run' | 'startedAtMs' | 'change' | 'policy'> {
  readonly plan: Plan
  readonly endedAtMs: number
}

/** What a journal says of its run before anything was measured. */
export function aboutRun(input: AboutRun) {
  const { request, plan } = input
  return {
    version: 1,
    tool: { name: 'seaworthy', version: VERSION },
    run: {
      id: input.run,
      mode: request.mode,
      seed: plan.seed,
      startedAtMs: input.startedAtMs,
      endedAtMs: input.endedAtMs,
      onInconclusive: request.onInconclusive,
      shard: plan.shard ? `${plan.shard.index}/${plan.shard.count}` : null,
      machine: `${process.platform} ${release()}, node ${process.versions.node}`,
    },
    suite: plan.suite,
    change: changeOf(input.change),
    platform: { name: plan.platform, detail: '' },
    engine: `${ENGINE} ${VERSION}`,
    plan: {
      digest: plan.digest,
      sha256: plan.sha256,
      touched: [...plan.touched],
      untouched: [...plan.untouched],
      warnings: [...plan.warnings],
      estimateMs: plan.estimateMs.reduce((sum, { ms }) => sum + ms, 0),
    },
    policy: input.policy ?? null,
  } satisfies Partial<Journal>
}

/** Holm's correction over a part is not that over the whole: `merge` begins again from what was judged before it. */
export function shardOf(shard: PlannedShard, judged: readonly JudgedExperiment[]): NonNullable<Journal['shard']> {
  const { index, count, experiments } = shard
  return {
    index,
    count,
    experiments: experiments.map((experiment) => ({ ...experiment })),
    basis: judged.map(({ index: place, basis, objectives }) => ({
      index: place,
      attributable: basis.attributable,
      searchPValue: basis.searchPValue,
      reasons: [...basis.reasons],
      objectives: objectives.map(({ verdict, reasons }) => ({ verdict, reasons })),
    })),
  }
}

function journalExperiment(
  judged: Omit<JudgedExperiment, 'basis'>,
  facts: ExperimentFacts | undefined,
): JournalExperiment {
  if (!facts) throw new Error(`there are no facts of the experiment ${judged.name}`)
  const { planned, context } = facts
  const faults = faultsOf(planned.steps)
  return {
    ...judgedPart(judged),
    faults: faults.map(faultFacts),
    targets: [...planned.targets],
    of: planned.blastRadius.of,
    mechanism: mechanismsOf(planned),
    windows: facts.windows,
    evidence: [...facts.evidence],
    latency: context.latency,
    impact: [...context.impact],
    failures: [...context.failures.fault],
  }
}

function judgedPart({
  name,
  index,
  line,
  ran,
  verdict,
  reasons,
  objectives,
  recovery,
  search,
  aborted,
  why,
  hint,
}: Omit<JudgedExperiment, 'basis'>) {
  return { name, index, line, ran, verdict, reasons, objectives, recovery, search, aborted, why, hint }
}

function faultFacts({ id, type, description, workload, spec }: PlannedFault): JournalExperiment['faults'][number] {
  return { id, type, description, workload, parameters: { ...spec.parameters } }
}

function mechanismsOf(planned: PlannedExperiment): string {
  return [...new Set(faultsOf(planned.steps).flatMap((fault) => mechanismOf(fault) ?? []))].join(', ')
}

/** Words for the report alone; they are not worth the record. */
function detailOf({ platform }: Pick<Judged, 'platform'>): string {
  try {
    return platform.detail()
  } catch (error) {
    return `unknown: ${messageOf(error)}`
  }
}

/** What a journal keeps of it. */
export function changeOf(change: ChangeFacts | undefined): Journal['change'] {
  if (!change) return null
  const { owner, name, pullRequest, head, base, branch, runUrl } = change
  return { repository: `${owner}/${name}`, pullRequest, head, base, branch, runUrl }
}

function lost(failures: number): string[] {
  return failures === 0 ? [] : [`progress could not be shown ${failures} times`]
}
