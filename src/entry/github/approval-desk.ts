import type { ApprovalDesk } from '../../model/approval.ts'
import { readApprovals } from '../../publish/github-approvals.ts'
import { type ActionHost, githubOf } from './action-host.ts'

/** For all that is asked about an approval, before anything is touched. */
const READ_MS = 30_000

/** What was said on the pull request; undefined where there is none, or no token to read it with. */
export function deskOf(host: ActionHost): (() => Promise<ApprovalDesk>) | undefined {
  const { change, token } = host
  if (!token || !change || change.pullRequest === null) return undefined
  const { pullRequest } = change
  return async () => {
    const github = githubOf(host, READ_MS)
    if (!github) throw new Error('there is no token to read with')
    return readApprovals(github.client, { ...change, pullRequest }, github.patience)
  }
}
