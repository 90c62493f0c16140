import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemClock } from '../kit/clock.ts'
import { keepHeapSmall } from '../kit/small-heap.ts'
import type { Journal } from '../model/journal.ts'
import type { RunRequest } from '../model/request.ts'
import { serviceEnvironment } from '../platform/process/service-environment.ts'
import type { Change } from '../publish/change.ts'
import { exitCodeOf } from '../report/words/outcome.ts'
import { openEventFile } from '../run/event-file.ts'
import type { ReadBase } from '../run/held-suite.ts'
import { refuseObstacles } from '../run/make-plan.ts'
import { writeReports } from '../run/reporting.ts'
import { runSuite } from '../run/run-suite.ts'
import { type ApprovalPlace, approvePlan } from './approve-plan.ts'
import { listenForCancellation } from './cancellation.ts'
import { helperCommand } from './helper-command.ts'
import { kindSearch } from './kind-search.ts'
import { knownSecrets, masked } from './masked.ts'
import { planRun } from './plan-run.ts'
import { showProgress } from './progress.ts'
import { stateFolder } from './state-folder.ts'

export interface GateOutcome {
  readonly journal: Journal
  readonly reportFolder: string
}

export interface GateHost {
  readonly change: Change | undefined
  /** What was said on the pull request, for plans that need an approval. */
  readonly readDesk?: ApprovalPlace['readDesk']
  /** The suite of the base, whose policy counts; undefined where there is none to ask. */
  readonly readBase?: ReadBase | undefined
  /** Fold each experiment into a log group of the runner. */
  readonly groups: boolean
  /** Told the run's id before anything is created, so that a post step can clean up after it. */
  readonly onRun: (run: string) => void
  /** The pipeline that the run belongs to. */
  readonly owner?: string | undefined
  /** How long a cancelled run may take until it is over; what a GitHub runner allows, where the host does not say. */
  readonly patienceMs?: number | undefined
  /** `cancelled` may be aborted before, or while it tells. */
  readonly publish: (outcome: GateOutcome, cancelled: AbortSignal) => Promise<void>
}

/**
 * One gated run from request to exit code: plan, run, reports, publishing.
 * Throws INPUT, SUITE, PLAN and APPROVAL errors before anything is touched.
 */
export async function gate(request: RunRequest, host: GateHost): Promise<number> {
  const planned = await planRun(request, host.readBase)
  refuseObstacles(planned)
  const approval = await approvePlan(planned, request, host)
  keepHeapSmall()
  const reportFolder = resolve(request.reportDir)
  mkdirSync(reportFolder, { recursive: true })
  const cancellation = listenForCancellation(host.patienceMs)
  const events = openEventFile(reportFolder)
  const progress = showProgress(host.groups)
  try {
    const judged = await runSuite({
      request: { ...request, ...planned.held },
      planned,
      clock: systemClock,
      cancelled: cancellation.signal,
      listeners: [events.listener, progress.listener].map((listen) => (event) => listen(masked(event))),
      change: host.change,
      approval,
      stateFolder: stateFolder(),
      reportFolder,
      helperCommand: helperCommand(),
      kindSearch: kindSearch(request.kind.binary),
      environment: serviceEnvironment(process.env),
      tokens: process.env,
      secrets: knownSecrets(),
      onRun: host.onRun,
      owner: host.owner,
    })
    progress.end()
    const journal = masked(judged)
    await writeReports(journal, reportFolder)
    await host.publish({ journal, reportFolder }, cancellation.signal)
    return cancellation.exitCode() ?? exitCodeOf(journal)
  } finally {
    progress.end()
    events.close()
    cancellation.dispose()
  }
}
