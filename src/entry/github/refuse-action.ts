import * as core from '@actions/core'
import { formatIssue, isSeaworthyError, messageOf, type SuiteIssue } from '../../kit/errors.ts'
import type { CheckAnnotation } from '../../publish/check-run.ts'
import { escapeTerminal } from '../../report/escape/terminal.ts'
import { type Refusal, refusalHeadline, renderRefusal } from '../../report/markdown/refusal.ts'
import { exitCodeOfError } from '../guarded.ts'
import { masked } from '../masked.ts'
import { type ActionHost, repositoryFile } from './action-host.ts'
import { tellAnnotations, tellLines } from './action-log.ts'
import { PUBLISHED_CHARACTERS } from './publication.ts'
import { type FailedRequest, tellFailure } from './tell-failure.ts'

/** All of them are in the log; a suite with more mistakes is not read beside its lines. */
const MOST_ANNOTATIONS = 50

/**
 * What a pull request is told of a run that ended before there was a verdict: each mistake beside its line, and a check,
 * a comment and a summary in place of those of an earlier run, which must not stand as if they were this one's.
 */
export async function refuseAction(
  error: unknown,
  request: FailedRequest | undefined,
  host: ActionHost,
): Promise<2 | 3> {
  const refusal = masked(await refusalOf(error, request))
  const headline = refusalHeadline(refusal)
  core.setOutput('verdict', 'error')
  core.setOutput('summary', headline)
  const annotations = refusal.issues.map((issue) => annotationOf(issue, refusal.file))
  core.error(annotations.length === 0 ? sayAll(refusal) : headline, { title: 'Seaworthy' })
  tellAnnotations(annotations)
  tellLines(refusal.issues.map((issue) => escapeTerminal(formatIssue(refusal.file, issue))))
  const failure = {
    headline,
    text: renderRefusal(refusal, PUBLISHED_CHARACTERS),
    annotations: annotations.slice(0, MOST_ANNOTATIONS),
  }
  await tellFailure(failure, request, host)
  return exitCodeOfError(error)
}

async function refusalOf(error: unknown, request: FailedRequest | undefined): Promise<Refusal> {
  const issues = isSeaworthyError(error) && 'issues' in error ? (error.issues as readonly SuiteIssue[]) : []
  return {
    file: request ? await repositoryFile(request.suite) : '',
    issues,
    message: messageOf(error),
    remedy: isSeaworthyError(error) ? error.remedy : undefined,
    approve: isSeaworthyError(error) && 'write' in error ? (error.write as readonly string[]) : undefined,
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

function sayAll({ message, remedy }: Refusal): string {
  return remedy === undefined ? message : `${message}\n${remedy}`
}
