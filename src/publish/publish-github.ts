import { type Clock, systemClock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import type { Change } from './change.ts'
import { type CheckRunText, writeCheckRun } from './check-run.ts'
import { type GitHubClient, statusOf } from './github-client.ts'
import { writeJobSummary } from './job-summary.ts'
import { askedToWaitMs, isRateLimit, type Patience } from './persist.ts'
import { writeStickyComment } from './sticky-comment.ts'

/** What is to be published, already rendered. */
export interface Publication {
  readonly comment: string | undefined
  /** Bring a comment of an earlier run up to date, but make none. */
  readonly onlyEditComment?: boolean
  readonly check: CheckRunText | undefined
  readonly checkName: string
  readonly summary: string
  /** In place of a summary that would be too long. */
  readonly shortSummary: string
}

export interface PublishTarget {
  /** Undefined without a token: then only the summary is written. */
  readonly connect: ((signal: AbortSignal) => GitHubClient) | undefined
  readonly change: Change | undefined
  readonly summaryPath: string | undefined
  /** Longest time for all requests together. */
  readonly limitMs: number
  readonly clock?: Clock
}

export interface Published {
  readonly warnings: readonly string[]
  readonly checkWritten: boolean
}

/**
 * Publishes what can be published, and says of the rest why it was not. Never rejects and never takes much longer than
 * its limit: a verdict does not change, and does not wait, because it could not be told.
 */
export async function publishToGitHub(publication: Publication, target: PublishTarget): Promise<Published> {
  const { warnings, checkWritten } = await writeToGitHub(publication, target)
  const { summaryPath } = target
  if (!summaryPath) return { warnings, checkWritten }
  const note = warnings.length === 0 ? '' : `\n\n${warnings.map((warning) => `> ${warning}`).join('\n>\n')}`
  try {
    await writeJobSummary(summaryPath, publication.summary + note, publication.shortSummary + note)
    return { warnings, checkWritten }
  } catch (error) {
    return { warnings: [...warnings, `The job summary was not written: ${messageOf(error)}.`], checkWritten }
  }
}

const NO_TOKEN = 'There is no github-token, so there is no comment and no check run; the verdict is in the job summary.'

/** Comment and check run at the same time, so that one which hangs takes nothing from the other. */
async function writeToGitHub(
  { comment, onlyEditComment = false, check, checkName }: Publication,
  { connect, change, limitMs, clock = systemClock }: PublishTarget,
): Promise<Published> {
  if (!change) return { warnings: [], checkWritten: false }
  if (!connect) return { warnings: [NO_TOKEN], checkWritten: false }
  const signal = AbortSignal.timeout(limitMs)
  const patience: Patience = { clock, deadlineMs: clock.monotonic() + limitMs, signal }
  const client = connect(signal)
  const attempt = async (what: string, permission: string, work: () => Promise<unknown>) => {
    try {
      await work()
      return []
    } catch (error) {
      return [
        explain({ what, permission, error, change, limitMs: signal.aborted ? limitMs : undefined, nowMs: clock.now() }),
      ]
    }
  }
  const [commentTrouble, checkTrouble] = await Promise.all([
    comment === undefined || change.pullRequest === null
      ? []
      : attempt('comment', 'pull-requests: write', () =>
          writeStickyComment(client, change, comment, { onlyEdit: onlyEditComment, patience }),
        ),
    check ? attempt('check run', 'checks: write', () => writeCheckRun(client, change, checkName, check, patience)) : [],
  ])
  return {
    warnings: [...commentTrouble, ...checkTrouble],
    checkWritten: check !== undefined && checkTrouble.length === 0,
  }
}

interface Trouble {
  readonly what: string
  readonly permission: string
  readonly error: unknown
  readonly change: Change
  /** The time that was over, where it was. */
  readonly limitMs: number | undefined
  readonly nowMs: number
}

function explain(trouble: Trouble): string {
  return `The ${trouble.what} was not written: ${reasonOf(trouble)}. The verdict is in the job summary.`
}

function reasonOf({ permission, error, change: { fromFork }, limitMs, nowMs }: Trouble): string {
  const status = statusOf(error)
  if (isRateLimit(error)) {
    const waitMs = askedToWaitMs(error, nowMs)
    const asks = waitMs === undefined ? '' : ` and asks to wait ${Math.ceil(waitMs / 1_000)} s`
    return `GitHub limits the rate of requests (HTTP ${status})${asks}`
  }
  if (status === 403 || status === 401 || status === 404) {
    return fromFork
      ? 'this pull request comes from a fork, whose token can only read'
      : `the token may not do it (HTTP ${status}). Give the job the permission \`${permission}\``
  }
  if (status !== undefined) return `GitHub answered with HTTP ${status}: ${oneLine(messageOf(error))}`
  return limitMs === undefined
    ? `GitHub did not answer: ${oneLine(messageOf(error))}`
    : `GitHub did not answer within ${limitMs / 1_000} s`
}

const SHOWN_CHARACTERS = 200

/** A server's words reach a log and a summary: on one line, without what would be read as mark-up. */
function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .replaceAll(/[<>`[\]|@#]/g, '')
    .slice(0, SHOWN_CHARACTERS)
    .replace(/[.\s]+$/, '')
}
