import { join, relative, resolve } from 'node:path'
import { parseRunRequest } from '../../inputs/run-request.ts'
import { readParams } from '../../inputs/task-params.ts'
import { isSeaworthyError, messageOf } from '../../kit/errors.ts'
import type { RunRequest } from '../../model/request.ts'
import { type TektonResults, writeTektonResults } from '../../publish/tekton-results.ts'
import { planTitle } from '../../report/markdown/plan.ts'
import { refusalHeadline } from '../../report/markdown/refusal.ts'
import { renderPlan } from '../../report/plan/render-plan.ts'
import { renderSummaryText } from '../../report/terminal/summary.ts'
import { verdictOf } from '../../report/words/outcome.ts'
import { refuseObstacles } from '../../run/make-plan.ts'
import { baseNamed } from '../base-named.ts'
import { type GateOutcome, gate } from '../gate.ts'
import { masked } from '../masked.ts'
import { planToShow } from '../plan-run.ts'
import { freshSeed } from '../request.ts'
import { reportsBase, type TektonPlace, tektonPlace } from './place.ts'

const COLUMNS = 120
/** A pod of a Task is killed 30 s after it was told to end; reports are written after the faults have ended. */
const PATIENCE_MS = 20_000

const NOTHING_JUDGED: TektonResults = {
  verdict: 'error',
  summary: 'Error: it ended before it had a verdict',
  'report-path': '',
  'journal-path': '',
  'experiments-failed': '0',
  leftovers: '0',
}

/**
 * The step of the gate's Task. Its results say `error` from the first moment, and are replaced by what became of the run:
 * a step that was killed never reads as one that passed. Throws what `gate` throws.
 */
export async function gateTask(resultsFolder: string): Promise<number> {
  await writeTektonResults(resultsFolder, NOTHING_JUDGED)
  try {
    const place = tektonPlace(process.env)
    const request = requestOf(place)
    if (request.mode === 'plan') return await planTask(request, resultsFolder)
    return await gate(request, {
      change: undefined,
      readBase: baseNamed(request),
      groups: false,
      onRun: () => undefined,
      owner: place.owner,
      patienceMs: PATIENCE_MS,
      publish: (outcome) => publish(outcome, place, resultsFolder),
    })
  } catch (error) {
    await writeTektonResults(resultsFolder, { ...NOTHING_JUDGED, summary: masked(headlineOf(error)) })
    throw error
  }
}

function requestOf(place: TektonPlace): RunRequest {
  const params = readParams(process.env)
  const request = parseRunRequest({ ...params, kubeconfig: params.kubeconfig?.trim() || place.kubeconfig }, freshSeed)
  return { ...request, reportDir: resolve(reportsBase(place), request.reportDir) }
}

async function planTask(request: RunRequest, resultsFolder: string): Promise<number> {
  const planned = await planToShow(request, baseNamed(request))
  const { plan, policy } = planned
  process.stdout.write(`${renderPlan(plan, { columns: COLUMNS, policy })}\n`)
  refuseObstacles(planned)
  // Nothing was judged, so that there is no verdict that a pipeline could go on with.
  await writeTektonResults(resultsFolder, { ...NOTHING_JUDGED, verdict: '', summary: planTitle(plan) })
  return 0
}

async function publish({ journal, reportFolder }: GateOutcome, place: TektonPlace, resultsFolder: string) {
  const below = (file: string) =>
    place.reports === undefined ? '' : pathBelow(place.reports, join(reportFolder, file))
  const paths = { report: join(reportFolder, 'report.html'), journal: join(reportFolder, 'journal.json') }
  process.stdout.write(`${renderSummaryText(journal, { columns: COLUMNS, paths }).trimEnd()}\n`)
  await writeTektonResults(resultsFolder, {
    verdict: verdictOf(journal),
    summary: journal.summary,
    'report-path': below('report.html'),
    'journal-path': below('journal.json'),
    'experiments-failed': String(journal.experiments.filter(({ verdict }) => verdict === 'fail').length),
    leftovers: String(journal.leftovers.length),
  })
}

/** The next Task has the workspace elsewhere: only the path within it means the same to both. */
function pathBelow(workspace: string, path: string): string {
  const inside = relative(workspace, path)
  return inside.startsWith('..') ? '' : inside
}

function headlineOf(error: unknown): string {
  const issues = isSeaworthyError(error) && 'issues' in error && Array.isArray(error.issues) ? error.issues : []
  const headline = refusalHeadline({ file: '', issues, message: '', remedy: undefined })
  return `${headline}. ${messageOf(error)}`
}
