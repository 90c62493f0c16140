import { resolve } from 'node:path'
import { type MergeRequest, parseMergeRequest } from '../../inputs/merge-request.ts'
import { exitCodeOf } from '../../report/words/outcome.ts'
import type { ReadJournal } from '../../run/journals/read-journal.ts'
import { mergeShards } from '../../run/merge/merge-shards.ts'
import type { ActionHost } from './action-host.ts'
import { publishAction } from './publish-action.ts'
import { refuseAction } from './refuse-action.ts'

/**
 * Mode `merge`: one verdict of all shards, told as that of a run is. Journals that are not parts of one whole are told as
 * a mistake in a suite is: a failed check, and a comment in place of that of an earlier run.
 */
export async function mergeAction(
  inputs: Readonly<Record<string, string>>,
  host: ActionHost,
  onVerdict: (verdict: string) => void,
): Promise<number> {
  let request: MergeRequest | undefined
  let suiteName: string | undefined
  try {
    request = parseMergeRequest(inputs)
    const reportFolder = resolve(request.reportDir)
    const journal = await mergeShards({
      paths: request.journals,
      reportFolder,
      change: host.change,
      onRead: (read) => {
        suiteName = nameIn(read)
      },
    })
    onVerdict(journal.verdict)
    await publishAction({ journal, reportFolder }, request, host)
    return exitCodeOf(journal)
  } catch (error) {
    return refuseAction(error, request && { ...request, suiteName }, host)
  }
}

/** The suite that all readable journals name; undefined where they do not agree. */
function nameIn(read: readonly ReadJournal[]): string | undefined {
  const names = new Set(read.flatMap((one) => ('journal' in one ? [one.journal.suite.name] : [])))
  const [name] = names
  return names.size === 1 ? name : undefined
}
