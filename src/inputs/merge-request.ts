import { SeaworthyError } from '../kit/errors.ts'
import type { RunRequest } from '../model/request.ts'
import { parseRunRequest } from './run-request.ts'

export interface MergeRequest extends Pick<RunRequest, 'suite' | 'reportDir' | 'comment' | 'check' | 'checkName'> {
  /** Journals, and folders with some. */
  readonly journals: readonly string[]
}

/** What belongs to the shards: said again for the whole it would seem to change what was done. */
const OF_THE_SHARDS = ['only', 'seed', 'plan', 'shard'] as const

/** Raw inputs of the action in mode `merge`. Throws SeaworthyError('INPUT') that names every wrong one. */
export function parseMergeRequest(raw: Readonly<Record<string, string | undefined>>): MergeRequest {
  const given = OF_THE_SHARDS.filter((name) => raw[name]?.trim())
  if (given.length > 0) {
    throw new SeaworthyError('INPUT', `${given.join(', ')}: nothing is run in mode merge`, {
      remedy: 'Give it to the jobs of the shards.',
    })
  }
  const { suite, reportDir, comment, check, checkName } = parseRunRequest({ ...raw, mode: undefined }, () => 0)
  const journals = (raw.journals?.trim() || 'shards').split('\n').map((path) => path.trim())
  return { suite, reportDir, comment, check, checkName, journals: journals.filter((path) => path !== '') }
}
