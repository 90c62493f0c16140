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
import { makePlan } from '../run/make-plan.ts'
import { writeReports } from '../run/reporting.ts'
import { runSuite } from '../run/run-suite.ts'
import { listenForCancellation } from './cancellation.ts'
import { helperCommand } from './helper-command.ts'
import { showProgress } from './progress.ts'
import { stateFolder } from './state-folder.ts'

export interface GateOutcome {
  readonly journal: Journal
  readonly reportFolder: string
}

export interface GateHost {
  readonly change: Change | undefined
  /** Fold each experiment into a log group of the runner. */
  readonly groups: boolean
  /** Told the run's id before anything is created, so that a post step can clean up after it. */
  readonly onRun: (run: string) => void
  readonly publish: (outcome: GateOutcome) => Promise<void>
}

/**
 * One gated run from request to exit code: plan, run, reports, publishing.
 * Throws INPUT, SUITE and PLAN errors before anything is touched.
 */
export async function gate(request: RunRequest, host: GateHost): Promise<number> {
  const planned = await makePlan(request, process.env)
  keepHeapSmall()
  const reportFolder = resolve(request.reportDir)
  mkdirSync(reportFolder, { recursive: true })
  const cancellation = listenForCancellation()
  const events = openEventFile(reportFolder)
  const progress = showProgress(host.groups)
  try {
    const journal = await runSuite({
      request,
      planned,
      clock: systemClock,
      cancelled: cancellation.signal,
      listeners: [events.listener, progress.listener],
      change: host.change,
      stateFolder: stateFolder(),
      reportFolder,
      helperCommand: helperCommand(),
      environment: serviceEnvironment(process.env),
      tokens: process.env,
      onRun: host.onRun,
    })
    progress.end()
    await writeReports(journal, reportFolder)
    await host.publish({ journal, reportFolder })
    return cancellation.exitCode() ?? exitCodeOf(journal)
  } finally {
    progress.end()
    events.close()
    cancellation.dispose()
  }
}
