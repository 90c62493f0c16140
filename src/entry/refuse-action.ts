import * as core from '@actions/core'
import { systemClock } from '../kit/clock.ts'
import { formatIssue, isSeaworthyError, messageOf, type SuiteIssue } from '../kit/errors.ts'
import type { RunRequest } from '../model/request.ts'
import type { CheckAnnotation } from '../publish/check-run.ts'
import { publishToGitHub } from '../publish/publish-github.ts'
import { escapeTerminal } from '../report/escape/terminal.ts'
import { commentMarker } from '../report/markdown/marker.ts'
import { type Refusal, refusalHeadline, renderRefusal } from '../report/markdown/refusal.ts'
import { peekSuiteName } from '../suite/peek-name.ts'
import { type ActionHost, checkNameOf, publishTarget, repositoryFile } from './action-host.ts'
import { tellAnnotations, tellLines } from './action-log.ts'
import { exitCodeOfError } from './guarded.ts'

const LIMIT = 60_000
/** All of them are in the log; a suite with more mistakes is not read beside its lines. */
const MOST_ANNOTATIONS = 50

/**
 * What a pull request is told of a run that ended before there was a verdict: each mistake beside its line, and a check,
 * a comment and a summary in place of those of an earlier run, which must not stand as if they were this one's.
 */
export async function refuseAction(error: unknown, request: RunRequest | undefined, host: ActionHost): Promise<2 | 3> {
  const refusal = await refusalOf(error, request)
  const headline = refusalHeadline(refusal)
  core.setOutput('verdict', 'error')
  core.setOutput('summary', headline)
  const annotations = refusal.issues.map((issue) => annotationOf(issue, refusal.file))
  core.error(annotations.length === 0 ? sayAll(refusal) : headline, { title: 'Seaworthy' })
  tellAnnotations(annotations)
  tellLines(refusal.issues.map((issue) => escapeTerminal(formatIssue(refusal.file, issue))))
  const warnings = await publishRefusal(refusal, annotations.slice(0, MOST_ANNOTATIONS), request, host)
  for (const warning of warnings) core.warning(warning)
  return exitCodeOfError(error)
}

async function publishRefusal(
  refusal: Refusal,
  annotations: readonly CheckAnnotation[],
  request: RunRequest | undefined,
  host: ActionHost,
): Promise<readonly string[]> {
  const suite = request ? await peekSuiteName(request.suite) : undefined
  const text = renderRefusal(refusal, LIMIT)
  const named = request && suite !== undefined ? { request, suite } : undefined
  const publication = {
    comment: named && named.request.comment !== 'never' ? `${text}\n${markerOf(named.suite, host)}` : undefined,
    check: named && {
      title: refusalHeadline(refusal),
      conclusion: 'failure' as const,
      summary: text,
      text: '',
      annotations,
    },
    checkName: named ? checkNameOf(named.request.checkName, named.suite) : '',
    summary: text,
    shortSummary: text,
  }
  // Without a name it is not known whose check and comment these would be; the job's own failure blocks.
  const target = publishTarget(host)
  const { warnings } = await publishToGitHub(publication, named ? target : { ...target, change: undefined })
  return warnings
}

async function refusalOf(error: unknown, request: RunRequest | undefined): Promise<Refusal> {
  const issues = isSeaworthyError(error) && 'issues' in error ? (error.issues as readonly SuiteIssue[]) : []
  return {
    file: request ? await repositoryFile(request.suite) : '',
    issues,
    message: messageOf(error),
    remedy: isSeaworthyError(error) ? error.remedy : undefined,
  }
}

function annotationOf({ line, path, message, remedy }: SuiteIssue, file: string): CheckAnnotation {
  return {
    path: file,
    line,
    level: 'failure',
    title: path === '' ? 'Mistake in the suite' : path,
    message: remedy === undefined ? message : `${message}\n${remedy}`,
  }
}

function markerOf(suite: string, { change }: ActionHost): string {
  return commentMarker({
    suite: { name: suite },
    change: change ? { runUrl: change.runUrl } : null,
    run: { startedAtMs: systemClock.now() },
  })
}

function sayAll({ message, remedy }: Refusal): string {
  return remedy === undefined ? message : `${message}\n${remedy}`
}
