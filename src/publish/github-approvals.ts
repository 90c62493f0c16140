import type { ApprovalDesk, ApprovalWord } from '../model/approval.ts'
import type { Change } from './change.ts'
import { type GitHubClient, statusOf } from './github-client.ts'
import { type Patience, persist } from './persist.ts'

const PAGE = 100
const EDITED = 'query($id: ID!) { node(id: $id) { ... on Comment { lastEditedAt } } }'

/** What the pull request of a change has been told, by whom. Rejects where GitHub does not tell all of it. */
export async function readApprovals(
  client: GitHubClient,
  change: Change & { readonly pullRequest: number },
  patience: Patience,
): Promise<ApprovalDesk> {
  const where = { owner: change.owner, repo: change.name }
  const pull = { ...where, pull_number: change.pullRequest, per_page: PAGE }
  const issue = { ...where, issue_number: change.pullRequest, per_page: PAGE }
  const ask = <T>(work: () => Promise<T>) => persist(work, patience)
  const { per_page: _, ...one } = pull
  const [opened, reviews, comments] = await Promise.all([
    ask(() => client.rest.pulls.get(one)),
    ask(() => client.paginate(client.rest.pulls.listReviews, pull)),
    ask(() => client.paginate(client.rest.issues.listComments, issue)),
  ])
  return {
    pullRequest: change.pullRequest,
    author: opened.data.user.login,
    words: [...reviews.map(fromReview), ...comments.map(fromComment)].flatMap((word) => word ?? []),
    wasEdited: async ({ id }) => {
      const answer = await ask(() => client.graphql<{ node: { lastEditedAt?: string | null } | null }>(EDITED, { id }))
      // What GitHub does not know any more, or does not tell, cannot be relied on.
      return answer.node?.lastEditedAt !== null
    },
    mayWrite: async (username) => {
      const { data } = await ask(() => client.rest.repos.getCollaboratorPermissionLevel({ ...where, username }))
      return ['admin', 'maintain', 'write'].includes(data.permission)
    },
    isMember: async (team, username) => {
      const [org = '', slug = ''] = team.split('/')
      try {
        const { data } = await ask(() =>
          client.rest.teams.getMembershipForUserInOrg({ org, team_slug: slug, username }),
        )
        return data.state === 'active'
      } catch (error) {
        // Also the answer to a token that may not see the team.
        if (statusOf(error) === 404) return false
        throw error
      }
    },
  }
}

interface Said {
  readonly node_id: string
  readonly user?: { readonly login: string; readonly type: string } | null | undefined
  readonly body?: string | null | undefined
  readonly author_association?: string | undefined
  readonly html_url?: string | undefined
}

function wordOf(
  said: Said,
  at: string | null | undefined,
): Omit<ApprovalWord, 'via' | 'state' | 'commit' | 'looksEdited'> | undefined {
  const atMs = Date.parse(at ?? '')
  if (!said.user || Number.isNaN(atMs)) return undefined
  return {
    id: said.node_id,
    by: said.user.login,
    isBot: said.user.type !== 'User',
    association: said.author_association ?? 'NONE',
    text: said.body ?? '',
    atMs,
    url: said.html_url ?? null,
  }
}

function fromReview(
  review: Said & {
    readonly submitted_at?: string | undefined
    readonly state: string
    readonly commit_id: string | null
  },
): ApprovalWord | undefined {
  const word = wordOf(review, review.submitted_at)
  return word && { ...word, via: 'review', state: review.state, commit: review.commit_id, looksEdited: false }
}

function fromComment(
  comment: Said & { readonly created_at: string; readonly updated_at: string },
): ApprovalWord | undefined {
  const word = wordOf(comment, comment.created_at)
  const looksEdited = comment.updated_at !== comment.created_at
  return word && { ...word, via: 'comment', state: null, commit: null, looksEdited }
}
