import type { Change } from './change.ts'
import { type GitHubClient, statusOf } from './github-client.ts'
import { isInDoubt, isRateLimit } from './persist.ts'

/** What the last line of a comment says about the run that wrote it. */
export interface Marker {
  /** `seaworthy:checkout v1`: the same for every run of one suite. */
  readonly key: string
  readonly run: number
  readonly attempt: number
}

export interface Known {
  readonly id: number
  readonly author: string
  readonly marker: Marker
  readonly body: string
}

/** The comments of one suite on one pull request, and what can be done to them. Each rejects with the request's error. */
export interface CommentThread {
  /** Those that may be ours, oldest first, over all pages. */
  readonly look: () => Promise<readonly Known[]>
  /** One of them as it is now; undefined where it is gone or no longer carries the marker. */
  readonly read: (id: number) => Promise<Known | undefined>
  /** `gone`: there is no such comment any more. `foreign`: it is another's. */
  readonly edit: (id: number, body: string) => Promise<'done' | 'gone' | 'foreign'>
  readonly create: (body: string) => Promise<void>
  /** A comment that is gone already, or that is another's, is no error. */
  readonly remove: (id: number) => Promise<void>
}

const MARKER = /<!-- (seaworthy:[^ ]+ v\d+)(?: run=(\d{1,15}) attempt=(\d{1,6}))? at=\d+ -->\s*$/

/** Undefined where a text does not end in a marker of ours. */
export function markerIn(body: string): Marker | undefined {
  const found = MARKER.exec(body)
  if (!found?.[1]) return undefined
  return { key: found[1], run: Number(found[2] ?? 0), attempt: Number(found[3] ?? 0) }
}

/** Newer runs have higher numbers; of one run, later attempts. */
export function isNewer(one: Marker, other: Marker): boolean {
  return one.run > other.run || (one.run === other.run && one.attempt > other.attempt)
}

/** Opens the thread as the owner of the token; rejects where it cannot be asked who that is. */
export async function openCommentThread(
  client: GitHubClient,
  change: Change & { readonly pullRequest: number },
  key: string,
): Promise<CommentThread> {
  const where = { owner: change.owner, repo: change.name }
  const { issues } = client.rest
  const me = await ownLogin(client)
  const known = ({ id, user, body = '' }: FoundComment): Known[] => {
    const marker = markerIn(body)
    return marker?.key === key && user && isMine(user, me) ? [{ id, author: user.login, marker, body }] : []
  }
  return {
    look: async () => {
      const pages = { ...where, issue_number: change.pullRequest, per_page: 100 }
      return (await client.paginate(issues.listComments, pages)).flatMap(known)
    },
    read: async (id) => {
      const found = await unlessRefused(() => issues.getComment({ ...where, comment_id: id }))
      return typeof found === 'string' ? undefined : known(found.data)[0]
    },
    edit: async (id, body) => {
      const found = await unlessRefused(() => issues.updateComment({ ...where, comment_id: id, body }))
      return typeof found === 'string' ? found : 'done'
    },
    create: async (body) => {
      await issues.createComment({ ...where, issue_number: change.pullRequest, body })
    },
    remove: async (id) => {
      await unlessRefused(() => issues.deleteComment({ ...where, comment_id: id }))
    },
  }
}

interface FoundComment {
  readonly id: number
  readonly user: { readonly login: string; readonly type?: string } | null
  readonly body?: string | undefined
}

async function unlessRefused<T>(request: () => Promise<T>): Promise<T | 'gone' | 'foreign'> {
  try {
    return await request()
  } catch (error) {
    const status = statusOf(error)
    if (status === 404 || status === 410) return 'gone'
    if (status === 403 && !isRateLimit(error)) return 'foreign'
    throw error
  }
}

/**
 * The token of a runner is an app's, and may ask who it is by GraphQL alone. Undefined where no way is open: then any
 * app's comment with our marker may be ours.
 */
async function ownLogin(client: GitHubClient): Promise<string | undefined> {
  try {
    return (await client.rest.users.getAuthenticated()).data.login
  } catch (error) {
    // Who we are is not known yet: a guess could make a second comment.
    if (isInDoubt(error)) throw error
  }
  try {
    return (await client.graphql<{ viewer: { login: string } }>('{ viewer { login } }')).viewer.login
  } catch (error) {
    if (isNoAnswer(error)) throw error
    return undefined
  }
}

/** An answer that holds errors is no failure of the transport, and comes without a status. */
function isNoAnswer(error: unknown): boolean {
  return error instanceof Error && error.name !== 'GraphqlResponseError' && isInDoubt(error)
}

/** Anybody can write our marker into a comment; nobody but us may decide what is edited. */
function isMine({ login, type }: { login: string; type?: string | undefined }, me: string | undefined): boolean {
  return me === undefined ? type === 'Bot' : login === me || (type === 'Bot' && login === `${me}[bot]`)
}
