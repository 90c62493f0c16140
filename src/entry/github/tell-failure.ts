import * as core from '@actions/core'
import type { RunRequest } from '../../model/request.ts'
import { publishToGitHub } from '../../publish/publish-github.ts'
import { peekSuiteName } from '../../suite/peek-name.ts'
import { masked } from '../masked.ts'
import { type ActionHost, publishTarget } from './action-host.ts'
import { type Failure, failurePublication, type Wanted } from './publication.ts'

/** Of a request, what its failure is told by. */
export interface FailedRequest extends Wanted {
  readonly suite: RunRequest['suite']
  /** Where it is known already, and need not be read from the suite. */
  readonly suiteName?: string | undefined
}

/** Tells a pull request that a run has no verdict, and the log what GitHub refuses of it. Never rejects for that. */
export async function tellFailure(
  failure: Failure,
  request: FailedRequest | undefined,
  host: ActionHost,
): Promise<void> {
  const suite = request && masked(request.suiteName ?? (await peekSuiteName(request.suite)))
  const publication = failurePublication(failure, request ?? UNREADABLE, { suite, change: host.change })
  const target = publishTarget(host)
  // Without a name it is not known whose check and comment these would be; the job's own failure blocks.
  const { warnings } = await publishToGitHub(
    publication,
    suite === undefined ? { ...target, change: undefined } : target,
  )
  for (const warning of warnings) core.warning(masked(warning))
}
const UNREADABLE: Wanted = { comment: 'never', checkName: '' }
