import { readFile, writeFile } from 'node:fs/promises'
import { SeaworthyError } from '../../kit/errors.ts'
import { journalSchema } from '../../model/journal.ts'
import { isReportFormat, REPORT_FORMATS, renderReport } from '../../report/render.ts'
import type { Invocation } from '../invocation.ts'

export async function reportCommand({ flags }: Invocation): Promise<number> {
  const format = flags.format ?? 'md'
  if (!isReportFormat(format)) {
    throw new SeaworthyError(
      'INPUT',
      `format: found ${JSON.stringify(format)}, expected one of ${REPORT_FORMATS.join(', ')}`,
    )
  }
  const text = await renderReport(await readJournal(flags.from ?? ''), format)
  if (flags.output === undefined || flags.output === '-') process.stdout.write(text)
  else await writeFile(flags.output, text)
  return 0
}

/** Throws SeaworthyError('INPUT') that names what does not fit: a journal may come from anywhere. */
async function readJournal(path: string) {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SeaworthyError('INPUT', `cannot read ${path}`, { cause })
  })
  const parsed = journalSchema.safeParse(parseJson(text, path))
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new SeaworthyError('INPUT', `${path} is not a journal of this version: ${issues.join('; ')}`)
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SeaworthyError('INPUT', `${path} is not JSON`, { cause })
  }
}
