import type { Change } from './change.ts'
import { type GitHubClient, statusOf } from './github-client.ts'
import { isRateLimit } from './persist.ts'

export type Written = 'created' | 'updated' | 'a newer run has written already' | 'there is none to edit'

/** What the last line of a comment says about the run that wrote it. */
interface Marker {
  /** `seaworthy:checkout v1`: the same for every run of one suite. */
  readonly key: string
  readonly run: number
  readonly attempt: number
}

interface Known {
  readonly id: number
  readonly author: string
  readonly marker: Marker
}

const MARKER = /<!-- (seaworthy:[^ ]+ v\d+)(?: run=(\d+) attempt=(\d+))? at=\d+ -->\s*$/

/**
 * Writes the one comment of a suite on a pull request: edits it where it is, makes it where it is not. Safe to repeat.
 * It is found by the marker on its last line and by its author, over all pages. Several of one author (after a race)
 * become one: the oldest is edited, the others are removed. A run that is older than one of them writes nothing.
 * With `onlyEdit` none is made. Rejects with the request's error.
 */
export async function writeStickyComment(
  client: GitHubClient,
  change: Change,
  body: string,
  { onlyEdit = false } = {},
): Promise<Written> {
  const mine = markerOf(body)
  if (!mine || change.pullRequest === null) throw new Error('a comment needs a marker and a pull request')
  const where = { owner: change.owner, repo: change.name }
  const known = await findComments(client, { ...where, issue_number: change.pullRequest }, mine.key)
  if (known.some(({ marker }) => isNewer(marker, mine))) return 'a newer run has written already'
  for (const candidate of known) {
    if (!(await edit(client, { ...where, comment_id: candidate.id, body }))) continue
    const doubles = known.filter(({ id, author }) => id !== candidate.id && author === candidate.author)
    for (const { id } of doubles) await remove(client, { ...where, comment_id: id })
    return 'updated'
  }
  if (onlyEdit) return 'there is none to edit'
  await client.rest.issues.createComment({ ...where, issue_number: change.pullRequest, body })
  return 'created'
}

/** False where it was deleted since we looked, or belongs to another app: then it is left as it is. */
async function edit(
  client: GitHubClient,
  comment: { owner: string; repo: string; comment_id: number; body: string },
): Promise<boolean> {
  try {
    await client.rest.issues.updateComment(comment)
    return true
  } catch (error) {
    const status = statusOf(error)
    if (status === 404 || (status === 403 && !isRateLimit(error))) return false
    throw error
  }
}

/** Only after one of the same author could be edited, which proves that they are ours. A double that stays is no harm. */
async function remove(
  client: GitHubClient,
  comment: { owner: string; repo: string; comment_id: number },
): Promise<void> {
  try {
    await client.rest.issues.deleteComment(comment)
  } catch (error) {
    if (statusOf(error) === undefined) throw error
  }
}

/** Those that may be ours, oldest first. */
async function findComments(
  client: GitHubClient,
  where: { owner: string; repo: string; issue_number: number },
  key: string,
): Promise<readonly Known[]> {
  const me = await ownLogin(client)
  const found: Known[] = []
  for await (const { data } of client.paginate.iterator(client.rest.issues.listComments, { ...where, per_page: 100 })) {
    for (const { id, user, body } of data) {
      const marker = markerOf(body ?? '')
      if (marker?.key === key && user && isMine(user, me)) found.push({ id, author: user.login, marker })
    }
  }
  return found
}

/** A runner's token is an app's and may not ask who it is; then any app's comment with our marker may be ours. */
async function ownLogin(client: GitHubClient): Promise<string | undefined> {
  try {
    return (await client.rest.users.getAuthenticated()).data.login
  } catch (error) {
    // Who we are is not known yet: a guess could make a second comment.
    if (statusOf(error) === undefined || (statusOf(error) ?? 0) >= 500) throw error
    return undefined
  }
}

/** Anybody can write our marker into a comment; nobody but us may decide what is edited. */
function isMine(user: { login: string; type?: string | undefined }, me: string | undefined): boolean {
  return me === undefined ? user.type === 'Bot' : user.login === me
}

function markerOf(body: string): Marker | undefined {
  const found = MARKER.exec(body)
  if (!found?.[1]) return undefined
  return { key: found[1], run: Number(found[2] ?? 0), attempt: Number(found[3] ?? 0) }
}

function isNewer(a: Marker, b: Marker): boolean {
  return a.run > b.run || (a.run === b.run && a.attempt > b.attempt)
}
