import { basename, join } from 'node:path'
import * as core from '@actions/core'
import type { Journal } from '../model/journal.ts'
import type { RunRequest } from '../model/request.ts'
import type { Change } from '../publish/change.ts'
import { createGitHubClient } from '../publish/github-client.ts'
import { publishToGitHub } from '../publish/publish-github.ts'
import { renderCheckRun } from '../report/check-run.ts'
import { renderComment } from '../report/markdown/comment.ts'
import { renderJobSummary } from '../report/markdown/job-summary.ts'
import type { GateOutcome } from './gate.ts'

const SHORT_SUMMARY_CHARACTERS = 60_000

export interface ActionTarget {
  readonly request: RunRequest
  readonly change: Change | undefined
  readonly token: string
}

/** Outputs, comment, check run and job summary of a run that ended, whatever its verdict. */
export async function publishAction({ journal, reportFolder }: GateOutcome, { request, change, token }: ActionTarget): Promise<void> {
  setOutputs(journal, reportFolder)
  const comment = renderComment(journal)
  const publication = {
    comment: isWanted(request.comment, journal) ? comment : undefined,
    check: renderCheckRun(journal),
    checkName: `${request.checkName} / ${basename(journal.suite.name)}`,
    summary: renderJobSummary(journal),
    shortSummary: renderComment(journal, { limit: SHORT_SUMMARY_CHARACTERS }),
  }
  const client = token ? createGitHubClient(token, process.env.GITHUB_API_URL ?? 'https://api.github.com') : undefined
  const { warnings } = await publishToGitHub(publication, { client, change, summaryPath: process.env.GITHUB_STEP_SUMMARY })
  for (const warning of warnings) core.warning(warning)
}

function isWanted(when: RunRequest['comment'], { verdict }: Journal): boolean {
  return when === 'always' || (when === 'on-failure' && verdict !== 'pass')
}

function setOutputs(journal: Journal, reportFolder: string): void {
  core.setOutput('verdict', journal.verdict)
  core.setOutput('summary', journal.summary)
  core.setOutput('report-path', join(reportFolder, 'report.html'))
  core.setOutput('journal-path', join(reportFolder, 'journal.json'))
  core.setOutput('experiments-failed', journal.experiments.filter(({ verdict }) => verdict === 'fail').length)
  core.setOutput('leftovers', journal.leftovers.length)
}
