import { release } from 'node:os'
import type { ExperimentFacts, JudgedExperiment } from '../judge/facts.ts'
import { judgeExperiment } from '../judge/judge-experiment.ts'
import { judgeSuite } from '../judge/judge-suite.ts'
import { messageOf } from '../kit/errors.ts'
import { VERSION } from '../kit/version.ts'
import { faultsOf } from '../model/faults-of.ts'
import type { Journal, JournalExperiment } from '../model/journal.ts'
import type { PlannedExperiment, PlannedFault } from '../model/plan.ts'
import type { RunRequest } from '../model/request.ts'
import { ENGINE } from './make-plan.ts'
import type { Observed } from './observed.ts'
import type { Session } from './session.ts'

/** What the host knows of the change that is gated. */
export interface ChangeFacts {
  readonly owner: string
  readonly name: string
  readonly pullRequest: number | null
  readonly head: string
  readonly base: string | null
  readonly branch: string | null
  readonly runUrl: string
}

export interface JournalInput {
  readonly request: RunRequest
  readonly run: string
  readonly startedAtMs: number
  readonly session: Session
  readonly observed: Observed
  readonly facts: readonly ExperimentFacts[]
  readonly change: ChangeFacts | undefined
  readonly listenerFailures: number
}

/** Judges what was seen and writes the one record of the run. */
export function makeJournal(input: JournalInput): Journal {
  const { request, session, observed, facts } = input
  const { plan } = session
  const judged = judgeSuite(facts.map(judgeExperiment), {
    leftovers: observed.leftovers,
    outsideChanges: observed.outside,
    cancelled: observed.cancelled,
    onInconclusive: request.onInconclusive,
    blocked: observed.blocked,
  })
  return {
    version: 1,
    tool: { name: 'seaworthy', version: VERSION },
    run: {
      id: input.run,
      mode: request.mode,
      seed: plan.seed,
      startedAtMs: input.startedAtMs,
      endedAtMs: session.clock.now(),
      onInconclusive: request.onInconclusive,
      shard: null,
      machine: `${process.platform} ${release()}, node ${process.versions.node}`,
    },
    suite: plan.suite,
    change: changeOf(input.change),
    platform: { name: plan.platform, detail: detailOf(session) },
    engine: `${ENGINE} ${VERSION}`,
    plan: {
      digest: plan.digest,
      touched: [...plan.touched],
      untouched: [...plan.untouched],
      warnings: [...plan.warnings, ...lost(input.listenerFailures)],
      estimateMs: plan.estimateMs.reduce((sum, { ms }) => sum + ms, 0),
    },
    verdict: judged.verdict,
    summary: judged.summary,
    reasons: [...judged.reasons],
    experiments: judged.experiments.map((experiment, place) => journalExperiment(experiment, facts[place])),
    outside: [...observed.outside],
    leftovers: [...observed.leftovers],
    traffic: { kind: session.traffic.kind, ...observed.requests },
    timings: [...observed.timings],
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
  return [...new Set(faultsOf(planned.steps).flatMap(({ recipe }) => recipe?.mechanism ?? []))].join(', ')
}

/** Words for the report alone; they are not worth the record. */
function detailOf({ platform }: Session): string {
  try {
    return platform.detail()
  } catch (error) {
    return `unknown: ${messageOf(error)}`
  }
}

function changeOf(change: ChangeFacts | undefined): Journal['change'] {
  if (!change) return null
  const { owner, name, pullRequest, head, base, branch, runUrl } = change
  return { repository: `${owner}/${name}`, pullRequest, head, base, branch, runUrl }
}

function lost(failures: number): string[] {
  return failures === 0 ? [] : [`progress could not be shown ${failures} times`]
}
