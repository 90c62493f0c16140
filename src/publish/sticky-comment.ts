import type { Change } from './change.ts'
import { type CommentThread, isNewer, type Known, type Marker, markerIn, openCommentThread } from './comment-thread.ts'
import type { GitHubClient } from './github-client.ts'
import { isInDoubt, type Patience, persist, waitAfter } from './persist.ts'

export type Written = 'created' | 'updated' | 'a newer run has written already' | 'there is none to edit'

/**
 * After an edit, before we look whether it stands. GitHub has no edit "only if nobody was faster", so an older run whose
 * request was on its way may overwrite ours; it looked at the comment just before, so it comes within this time.
 */
const SETTLE_MS = 3_000
/** Each is a look and a write. In a quiet thread there are two. */
const MOST_ROUNDS = 40

interface Sitting {
  readonly thread: CommentThread
  readonly mine: Marker
  readonly body: string
  readonly onlyEdit: boolean
  readonly patience: Patience
  /** Comments that an edit of ours may still reach, since no answer came. */
  readonly doubtful: Set<number>
  /** Comments that carry our marker and refuse to be edited. */
  readonly foreign: Set<number>
  done: 'created' | 'updated' | undefined
  /** The comment of a newer run that we found when we looked before. */
  yieldedTo: number | undefined
}

/**
 * Writes the one comment of a suite on a pull request: edits it where it is, makes it where it is not, and looks again
 * until what stands there is ours or a newer run's, and stands there once. Safe to repeat and to run many at a time.
 *
 * Found by the marker on its last line and by its author. The comment of the newest run is the one that stays; the
 * others of that author are removed. What an answerless edit may still overwrite is never left in its way: the newest
 * text moves to a new comment. With `onlyEdit` none is made. Rejects with the request's error.
 */
export async function writeStickyComment(
  client: GitHubClient,
  change: Change,
  body: string,
  { onlyEdit = false, patience }: { onlyEdit?: boolean; patience: Patience },
): Promise<Written> {
  const mine = markerIn(body)
  const { pullRequest } = change
  if (!mine || pullRequest === null) throw new Error('a comment needs a marker and a pull request')
  const thread = await persist(() => openCommentThread(client, { ...change, pullRequest }, mine.key), patience)
  const sitting: Sitting = {
    ...{ thread, mine, body, onlyEdit, patience },
    ...{ doubtful: new Set<number>(), foreign: new Set<number>(), done: undefined, yieldedTo: undefined },
  }
  for (let round = 1, failures = 0; round <= MOST_ROUNDS; round += 1) {
    try {
      const written = await sit(sitting)
      if (written !== undefined) return written
      failures = 0
    } catch (error) {
      failures += 1
      await waitAfter(error, failures, patience)
    }
  }
  throw new Error('other runs kept on writing to the same comment')
}

/** One look, and the one step that it calls for; undefined while another look is needed. */
async function sit(sitting: Sitting): Promise<Written | undefined> {
  const { thread, mine, doubtful, foreign, onlyEdit } = sitting
  const known = (await thread.look()).filter(({ id }) => !foreign.has(id))
  const first = standing(known)
  if (first === undefined) return onlyEdit ? 'there is none to edit' : make(sitting)
  const newer = isNewer(first.marker, mine)
  const stands = newer || (sitting.done !== undefined && !isNewer(mine, first.marker))
  if (!stands) return doubtful.has(first.id) ? make(sitting) : edit(sitting, first)
  if (doubtful.has(first.id)) return move(sitting, first)
  await removeOthers(sitting, known, first)
  return newer ? yieldTo(sitting, first) : sitting.done
}

/** The newer run may end before it has seen that an older one overwrote it, so we look once more in its place. */
async function yieldTo(sitting: Sitting, { id }: Known): Promise<Written | undefined> {
  const again = sitting.yieldedTo === id
  sitting.yieldedTo = id
  return !again && (await settle(sitting.patience)) ? undefined : 'a newer run has written already'
}

/**
 * The newest; of two from one run the one that was made last. All runs that look must choose the same one, or each would
 * remove the other's choice; and it is the copy that nobody's late edit can reach.
 */
function standing(known: readonly Known[]): Known | undefined {
  return known.toSorted((one, other) => {
    if (isNewer(one.marker, other.marker)) return -1
    return isNewer(other.marker, one.marker) ? 1 : other.id - one.id
  })[0]
}

async function make(sitting: Sitting): Promise<undefined> {
  // Also where no answer comes: the next look says whether it was made.
  sitting.done ??= 'created'
  await sitting.thread.create(sitting.body)
}

async function edit(sitting: Sitting, { id }: Known): Promise<Written | undefined> {
  const { thread, mine, body, patience } = sitting
  // The thread may have many pages; between this look and the edit there is as little time as can be.
  const now = await thread.read(id)
  if (now === undefined || isNewer(now.marker, mine)) return undefined
  try {
    const outcome = await thread.edit(id, body)
    if (outcome === 'foreign') sitting.foreign.add(id)
    if (outcome !== 'done') return undefined
  } catch (error) {
    if (isInDoubt(error)) sitting.doubtful.add(id)
    throw error
  }
  sitting.done ??= 'updated'
  return (await settle(patience)) ? undefined : 'updated'
}

/** False where there is no time for it. */
async function settle({ clock, deadlineMs, signal }: Patience): Promise<boolean> {
  if (clock.monotonic() + 2 * SETTLE_MS >= deadlineMs) return false
  await clock.sleep(SETTLE_MS, signal)
  return true
}

/** To where no edit of ours that is still under way can reach it. */
async function move({ thread }: Sitting, overwritable: Known): Promise<undefined> {
  await thread.create(overwritable.body)
  await removeAsSeen(thread, overwritable)
}

/** Only those of the same author as the one that stays: a stranger's may only look like ours. */
async function removeOthers({ thread }: Sitting, known: readonly Known[], stays: Known): Promise<void> {
  for (const other of known)
    if (other.id !== stays.id && other.author === stays.author) await removeAsSeen(thread, other)
}

/** A newer run may have written to it since: then the next look decides anew. */
async function removeAsSeen(thread: CommentThread, { id, marker }: Known): Promise<void> {
  const now = await thread.read(id)
  if (now !== undefined && !isNewer(now.marker, marker)) await thread.remove(id)
}
