import { messageOf } from '../kit/errors.ts'
import type { Change } from './change.ts'
import { type CheckRunText, writeCheckRun } from './check-run.ts'
import { type GitHubClient, statusOf } from './github-client.ts'
import { writeJobSummary } from './job-summary.ts'
import { writeStickyComment } from './sticky-comment.ts'

/** What is to be published, already rendered. */
export interface Publication {
  readonly comment: string | undefined
  readonly check: CheckRunText | undefined
  readonly checkName: string
  readonly summary: string
  /** In place of a summary that would be too long. */
  readonly shortSummary: string
}

export interface PublishTarget {
  /** Undefined without a token: then only the summary is written. */
  readonly client: GitHubClient | undefined
  readonly change: Change | undefined
  readonly summaryPath: string | undefined
}

/**
 * Publishes what can be published, and says of the rest why it was not. Never rejects: a verdict does not change
 * because it could not be told.
 */
export async function publishToGitHub(
  publication: Publication,
  target: PublishTarget,
): Promise<{ readonly warnings: readonly string[] }> {
  const warnings: string[] = []
  const attempt = async (what: string, permission: string, work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      warnings.push(explain(what, permission, error, target.change))
    }
  }
  const { client, change, summaryPath } = target
  if (client && change) {
    const { comment, check } = publication
    if (comment !== undefined && change.pullRequest !== null)
      await attempt('comment', 'pull-requests: write', () => writeStickyComment(client, change, comment))
    if (check)
      await attempt('check run', 'checks: write', () => writeCheckRun(client, change, publication.checkName, check))
  } else if (change) {
    warnings.push(
      'There is no github-token, so there is no comment and no check run; the verdict is in the job summary.',
    )
  }
  if (summaryPath) {
    const note = warnings.length === 0 ? '' : `\n\n${warnings.map((warning) => `> ${warning}`).join('\n>\n')}`
    await attempt('job summary', 'none', () =>
      writeJobSummary(summaryPath, publication.summary + note, publication.shortSummary + note),
    )
  }
  return { warnings }
}

function explain(what: string, permission: string, error: unknown, change: Change | undefined): string {
  const status = statusOf(error)
  const start = `The ${what} was not written`
  if (status === 403 || status === 401 || status === 404) {
    if (change?.fromFork)
      return `${start}: this pull request comes from a fork, whose token can only read. The verdict is in the job summary.`
    return `${start}: the token may not do it (HTTP ${status}). Give the job the permission \`${permission}\`. The verdict is in the job summary.`
  }
  return `${start}: ${messageOf(error)}. The verdict is in the job summary.`
}
