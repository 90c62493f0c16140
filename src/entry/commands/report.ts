import { readFile, writeFile } from 'node:fs/promises'
import { SeaworthyError } from '../../kit/errors.ts'
import { isReportFormat, REPORT_FORMATS, renderReport } from '../../report/render.ts'
import type { Invocation } from '../invocation.ts'
import { parseJournal } from '../parse-journal.ts'

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

async function readJournal(path: string) {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SeaworthyError('INPUT', `cannot read ${path}`, { cause })
  })
  return parseJournal(text, path)
}
