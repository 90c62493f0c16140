import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Journal } from '../../model/journal.ts'
import type { ChangeFacts } from '../journal.ts'
import { findJournals } from '../journals/find-journals.ts'
import { type ReadJournal, readJournal } from '../journals/read-journal.ts'
import { writeReports } from '../reporting.ts'
import { mergeJournals } from './merge-journals.ts'

export interface MergeInput {
  /** Journals, and folders with some in or below them. */
  readonly paths: readonly string[]
  readonly reportFolder: string
  readonly change: ChangeFacts | undefined
  /** Told what was read, before anything is refused: a refusal can then be said in the suite's name. */
  readonly onRead?: (read: readonly ReadJournal[]) => void
}

/** Reads the journals of all shards, and writes that of the whole with all its reports. Throws SeaworthyError('INPUT'). */
export async function mergeShards({ paths, reportFolder, change, onRead }: MergeInput): Promise<Journal> {
  const files = await findJournals(paths, join(reportFolder, 'journal.json'))
  const read: ReadJournal[] = []
  for (const file of files) read.push(await readJournal(file))
  onRead?.(read)
  const journal = mergeJournals(read, change)
  await mkdir(reportFolder, { recursive: true })
  await writeReports(journal, reportFolder)
  return journal
}
