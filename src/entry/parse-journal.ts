import { SeaworthyError } from '../kit/errors.ts'
import { type Journal, journalSchema } from '../model/journal.ts'

const MOST_ISSUES = 5

/** The journal in a file that a user named. Throws SeaworthyError('INPUT') that names what does not fit: it may come from anywhere. */
export function parseJournal(text: string, path: string): Journal {
  const parsed = journalSchema.safeParse(parseJson(text, path))
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.slice(0, MOST_ISSUES).map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new SeaworthyError('INPUT', `${path} is not a journal of this version: ${issues.join('; ')}`, { target: path })
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SeaworthyError('INPUT', `${path} is not JSON`, { cause, target: path })
  }
}
