import { resolve } from 'node:path'
import { SeaworthyError } from '../../kit/errors.ts'
import { exitCodeOf } from '../../report/words/outcome.ts'
import { mergeShards } from '../../run/merge/merge-shards.ts'
import type { Invocation } from '../invocation.ts'
import { tellResult } from '../tell-result.ts'

/** One verdict of all shards, with the exit code that a run of the whole would have had. */
export async function mergeCommand({ flags, json, words }: Invocation): Promise<number> {
  if (words.length === 0) {
    throw new SeaworthyError('INPUT', 'no journal was named', {
      remedy: 'Name the journals of all shards, or folders with them: seaworthy merge out --report-dir merged',
    })
  }
  const reportFolder = resolve(flags['report-dir'] ?? 'merged')
  const journal = await mergeShards({ paths: words, reportFolder, change: undefined })
  tellResult({ journal, reportFolder }, json)
  return exitCodeOf(journal)
}
