import { join } from 'node:path'
import * as core from '@actions/core'
import type { Journal } from '../model/journal.ts'
import type { RunRequest } from '../model/request.ts'
import { type Publication, publishToGitHub } from '../publish/publish-github.ts'
import { findingSentences, findings, findingTitle } from '../report/annotations.ts'
import { renderCheckRun } from '../report/check-run.ts'
import { renderComment } from '../report/markdown/comment.ts'
import { renderJobSummary } from '../report/markdown/job-summary.ts'
import { headline } from '../report/words/headline.ts'
import { exitCodeOf, verdictOf } from '../report/words/outcome.ts'
import { type ActionHost, checkNameOf, publishTarget, repositoryFile } from './action-host.ts'
import { tellAnnotations } from './action-log.ts'
import type { GateOutcome } from './gate.ts'

const SHORT_SUMMARY_CHARACTERS = 60_000

/** Outputs, comment, check run, job summary and the job page of a run that ended, whatever its verdict. */
export async function publishAction(
  { journal: written, reportFolder }: GateOutcome,
  request: RunRequest,
  host: ActionHost,
): Promise<void> {
  setOutputs(written, reportFolder)
  const journal = { ...written, suite: { ...written.suite, file: await repositoryFile(written.suite.file) } }
  const publication = publicationOf(journal, request, host)
  const hurried = journal.verdict === 'aborted'
  const { warnings, checkWritten } = await publishToGitHub(publication, publishTarget(host, hurried))
  for (const warning of warnings) core.warning(warning)
  tellVerdict(journal)
  if (!checkWritten) tellAnnotations(publication.check.annotations)
}

function publicationOf(journal: Journal, { comment, checkName }: RunRequest, { hosts }: ActionHost) {
  return {
    comment: comment === 'never' ? undefined : renderComment(journal, { hosts }),
    // A failure that an earlier run told must not stand when this one passes.
    onlyEditComment: comment === 'on-failure' && !isFailure(journal),
    check: renderCheckRun(journal, { hosts }),
    checkName: checkNameOf(checkName, journal.suite.name),
    summary: renderJobSummary(journal, { hosts }),
    shortSummary: renderComment(journal, { hosts, limit: SHORT_SUMMARY_CHARACTERS }),
  } satisfies Publication
}

/** What blocks is an error on the job's page, what was found and does not block is a warning. */
function tellVerdict(journal: Journal): void {
  const [worst] = findings(journal)
  const detail = worst ? ` ${findingTitle(worst)}. ${findingSentences(worst)[0] ?? ''}` : ''
  const said = `${headline(journal)}.${detail}`
  if (exitCodeOf(journal) !== 0) core.error(said, { title: 'Seaworthy' })
  else if (verdictOf(journal) !== 'pass') core.warning(said, { title: 'Seaworthy' })
}

function isFailure(journal: Journal): boolean {
  return verdictOf(journal) !== 'pass' || exitCodeOf(journal) !== 0
}

function setOutputs(journal: Journal, reportFolder: string): void {
  core.setOutput('verdict', verdictOf(journal))
  core.setOutput('summary', journal.summary)
  core.setOutput('report-path', join(reportFolder, 'report.html'))
  core.setOutput('journal-path', join(reportFolder, 'journal.json'))
  core.setOutput('experiments-failed', journal.experiments.filter(({ verdict }) => verdict === 'fail').length)
  core.setOutput('leftovers', journal.leftovers.length)
}
