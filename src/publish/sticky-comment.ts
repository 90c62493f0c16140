import type { Change } from './change.ts'
import { type GitHubClient, statusOf } from './github-client.ts'

export type Written = 'created' | 'updated' | 'a newer run has written already'

/** What the last line of a comment says about the run that wrote it. */
interface Marker {
  /** `seaworthy:checkout v1`: the same for every run of one suite. */
  readonly key: string
  readonly run: number
  readonly attempt: number
}

const MARKER = /<!-- (seaworthy:[^ ]+ v\d+)(?: run=(\d+) attempt=(\d+))? at=\d+ -->\s*$/

/**
 * Writes the one comment of a suite on a pull request: edits it where it is, makes it where it is not.
 * It is found by the marker on its last line and by its author, over all pages; several (after a race) leave the oldest
 * in charge. A run that is older than the one in the comment does not overwrite it. Rejects with the request's error.
 */
export async function writeStickyComment(client: GitHubClient, change: Change, body: string): Promise<Written> {
  const mine = markerOf(body)
  if (!mine || change.pullRequest === null) throw new Error('a comment needs a marker and a pull request')
  const where = { owner: change.owner, repo: change.name }
  const known = await findComment(client, { ...where, issue_number: change.pullRequest }, mine.key)
  if (known && isNewer(known.marker, mine)) return 'a newer run has written already'
  if (known) {
    try {
      await client.rest.issues.updateComment({ ...where, comment_id: known.id, body })
      return 'updated'
    } catch (error) {
      // Deleted since we looked.
      if (statusOf(error) !== 404) throw error
    }
  }
  await client.rest.issues.createComment({ ...where, issue_number: change.pullRequest, body })
  return 'created'
}

async function findComment(
  client: GitHubClient,
  where: { owner: string; repo: string; issue_number: number },
  key: string,
): Promise<{ id: number; marker: Marker } | undefined> {
  const me = await ownLogin(client)
  for await (const { data } of client.paginate.iterator(client.rest.issues.listComments, { ...where, per_page: 100 })) {
    for (const comment of data) {
      const marker = markerOf(comment.body ?? '')
      if (marker?.key === key && isMine(comment.user, me)) return { id: comment.id, marker }
    }
  }
  return undefined
}

/** A runner's token is an app's and may not ask who it is; then any app's comment with our marker counts as ours. */
async function ownLogin(client: GitHubClient): Promise<string | undefined> {
  try {
    return (await client.rest.users.getAuthenticated()).data.login
  } catch {
    return undefined
  }
}

/** Anybody can write our marker into a comment; nobody but us may decide what is edited. */
function isMine(user: { login: string; type?: string | undefined } | null, me: string | undefined): boolean {
  return me === undefined ? user?.type === 'Bot' : user?.login === me
}

function markerOf(body: string): Marker | undefined {
  const found = MARKER.exec(body)
  if (!found?.[1]) return undefined
  return { key: found[1], run: Number(found[2] ?? 0), attempt: Number(found[3] ?? 0) }
}

function isNewer(a: Marker, b: Marker): boolean {
  return a.run > b.run || (a.run === b.run && a.attempt > b.attempt)
}
