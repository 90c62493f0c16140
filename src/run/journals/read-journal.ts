import { open } from 'node:fs/promises'
import { messageOf } from '../../kit/errors.ts'
import { shown, withoutUnseen } from '../../kit/shown.ts'
import { type Journal, journalSchema } from '../../model/journal.ts'

/** Forty experiments with all their slices are about 2 MiB; more than this is no journal of ours. */
const MOST_BYTES = 64 * 1_048_576
const MOST_ISSUES = 3

export type ReadJournal =
  | { readonly file: string; readonly journal: Journal }
  /** Why it is none, in words of ours; what is quoted from it is on one line and short. */
  | { readonly file: string; readonly broken: string }

/** Reads a file that should be a journal and may be anything. Never rejects. */
export async function readJournal(file: string): Promise<ReadJournal> {
  try {
    const parsed = journalSchema.safeParse(JSON.parse(await textOf(file)))
    if (parsed.success) return { file, journal: parsed.data }
    const issues = parsed.error.issues
      .slice(0, MOST_ISSUES)
      .map(({ path, message }) => `${shown(path.join('.'))}: ${withoutUnseen(message)}`)
    return { file, broken: `it is not a journal of this version: ${issues.join('; ')}` }
  } catch (error) {
    return { file, broken: error instanceof SyntaxError ? 'it is not JSON' : withoutUnseen(messageOf(error)) }
  }
}

async function textOf(file: string): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    if (size > MOST_BYTES) throw new Error(`it has ${size} bytes, which is more than a journal can have`)
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}
