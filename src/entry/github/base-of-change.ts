import { SeaworthyError } from '../../kit/errors.ts'
import type { RunRequest } from '../../model/request.ts'
import { readBaseFromGit } from '../../policy/read-base.ts'
import { readContents } from '../../publish/read-contents.ts'
import { repositoryPath } from '../../report/annotations.ts'
import type { ReadBase } from '../../run/held-suite.ts'
import { type ActionHost, githubOf, repositoryFile } from './action-host.ts'

/** Events of which GitHub names the base commit. */
const WITH_BASE = ['pull_request', 'pull_request_review', 'merge_group']

/**
 * The suite at the base commit of the change that is gated: from git where the commit was checked out, else from GitHub.
 * Undefined for a push and the like, which have no base.
 */
export function baseOfChange(
  request: Pick<RunRequest, 'suite'>,
  host: ActionHost,
  eventName: string | undefined,
): ReadBase | undefined {
  const base = host.change?.base ?? undefined
  if (base === undefined) {
    if (!WITH_BASE.includes(eventName ?? '')) return undefined
    return () => Promise.reject(unknown('the event of this run names no base commit', 'Run the job again.'))
  }
  return async () => (await readBaseFromGit(request.suite, base)) ?? (await fromGitHub(request.suite, base, host))
}

async function fromGitHub(suite: string, ref: string, host: ActionHost) {
  const path = repositoryPath(await repositoryFile(suite))
  const github = githubOf(host)
  if (!host.change || !github)
    throw unknown(
      'the base commit is not here, and there is no github-token to read it with',
      'Give the action a github-token, or check out with fetch-depth: 0.',
    )
  if (path === undefined)
    throw unknown(`the suite ${suite} lies outside the repository`, 'Keep the suite in the repository that is gated.')
  return readContents(github.client, host.change, { path, ref }, github.patience)
}

function unknown(why: string, remedy: string): SeaworthyError {
  return new SeaworthyError('INPUT', `the policy of the base is not known: ${why}`, { remedy })
}
