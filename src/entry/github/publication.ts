import { systemClock } from '../../kit/clock.ts'
import type { Journal } from '../../model/journal.ts'
import type { RunRequest } from '../../model/request.ts'
import type { Change } from '../../publish/change.ts'
import type { CheckAnnotation } from '../../publish/check-run.ts'
import type { Publication } from '../../publish/publish-github.ts'
import { renderCheckRun } from '../../report/check-run.ts'
import { renderComment } from '../../report/markdown/comment.ts'
import { renderJobSummary } from '../../report/markdown/job-summary.ts'
import type { LinkOptions } from '../../report/markdown/links.ts'
import { commentMarker } from '../../report/markdown/marker.ts'
import { exitCodeOf, isEmptyShard, verdictOf } from '../../report/words/outcome.ts'
import { checkNameOf } from './action-host.ts'

/** What somebody wants to be told, and under which name. */
export type Wanted = Pick<RunRequest, 'comment' | 'checkName'> & Partial<Pick<RunRequest, 'check' | 'shard'>>

/** How many characters a comment or a check takes. */
export const PUBLISHED_CHARACTERS = 60_000

/** What a run came to. The comment and the required check are the whole's: a shard has a check of its own, if it had anything to do. */
export function verdictPublication(
  journal: Journal,
  { comment, checkName }: Pick<Wanted, 'comment' | 'checkName'>,
  options: LinkOptions,
): Publication {
  const { shard } = journal
  return {
    comment: comment === 'never' || shard ? undefined : renderComment(journal, options),
    // A failure that an earlier run told must not stand when this one passes.
    onlyEditComment: comment === 'on-failure' && verdictOf(journal) === 'pass' && exitCodeOf(journal) === 0,
    check: isEmptyShard(journal) ? undefined : renderCheckRun(journal, options),
    checkName: checkNameOf(checkName, journal.suite.name, shard),
    summary: renderJobSummary(journal, options),
    shortSummary: renderComment(journal, { ...options, limit: PUBLISHED_CHARACTERS }),
  }
}

/** Why there is no verdict, rendered. */
export interface Failure {
  readonly headline: string
  /** Markdown of at most PUBLISHED_CHARACTERS. */
  readonly text: string
  readonly annotations?: readonly CheckAnnotation[]
}

/**
 * A check that fails, a comment and a summary in place of those of an earlier run, which must not stand as if they were
 * this one's. Without a suite's name it is not known whose comment this would be, and the check is the prefix itself.
 */
export function failurePublication(
  { headline, text, annotations = [] }: Failure,
  { comment, check, checkName, shard }: Wanted,
  { suite, change }: { readonly suite: string | undefined; readonly change: Pick<Change, 'runUrl'> | undefined },
): Publication {
  const isCommented = suite !== undefined && comment !== 'never' && !shard
  return {
    comment: isCommented ? `${text}\n${markerOf(suite, change)}` : undefined,
    check:
      check === 'never' ? undefined : { title: headline, conclusion: 'failure', summary: text, text: '', annotations },
    checkName: suite === undefined ? checkName : checkNameOf(checkName, suite, shard),
    summary: text,
    shortSummary: text,
  }
}

function markerOf(suite: string, change: Pick<Change, 'runUrl'> | undefined): string {
  return commentMarker({ suite: { name: suite }, change: change ?? null, run: { startedAtMs: systemClock.now() } })
}
