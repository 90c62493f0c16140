import { writeFile } from 'node:fs/promises'
import { buildHistory, type Found } from '../../history/build-history.ts'
import { slim } from '../../history/slim.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import type { History } from '../../model/history.ts'
import { renderHistoryText } from '../../report/history/render-terminal.ts'
import { findJournals } from '../../run/journals/find-journals.ts'
import { readJournal } from '../../run/journals/read-journal.ts'
import type { Invocation } from '../invocation.ts'
import { lateProgress } from '../late-progress.ts'

const COLUMNS = 80
/** What was read is shown; that not all of it could be is for a pipeline to know. */
const BROKEN = 3

/** Prints what many journals show together, and writes the page of a month. 3 where a file was no journal. */
export async function historyCommand({ flags, json, words }: Invocation): Promise<number> {
  const month = monthOf(flags.month)
  if (words.length === 0) {
    throw new SeaworthyError('INPUT', 'no journal was named', {
      remedy: 'Name journals, or folders with some: seaworthy history journals --out resilience.html',
    })
  }
  const { found, left } = await readAll(await findJournals(words))
  const history = buildHistory(found, left, month)
  if (!history) throw nothing(left, month)
  if (flags.out !== undefined) {
    const { renderHistoryHtml } = await import('../../report/history/render-history.ts')
    await writeFile(flags.out, renderHistoryHtml(history))
  }
  const text = json
    ? `${JSON.stringify(history, null, 2)}\n`
    : renderHistoryText(history, { columns: process.stdout.columns ?? COLUMNS })
  process.stdout.write(text)
  return history.left.some(({ broken }) => broken) ? BROKEN : 0
}

async function readAll(files: readonly string[]): Promise<{ found: readonly Found[]; left: History['left'] }> {
  const found: Found[] = []
  const left: History['left'][number][] = []
  const progress = lateProgress()
  try {
    for (const [place, file] of files.entries()) {
      progress.tell(`reading journals: ${place + 1} of ${files.length}`)
      const read = await readJournal(file)
      if ('journal' in read) found.push({ file, journal: slim(read.journal) })
      else left.push({ file, why: read.broken, broken: true })
    }
  } finally {
    progress.end()
  }
  return { found, left }
}

function monthOf(text: string | undefined): string | undefined {
  if (text === undefined || /^20\d\d-(0[1-9]|1[0-2])$/.test(text)) return text
  throw new SeaworthyError('INPUT', `month: found ${JSON.stringify(text)}, expected a month such as 2026-11`)
}

function nothing(left: History['left'], month: string | undefined): SeaworthyError {
  const each = left.slice(0, 10).map(({ file, why }) => `\n${file}: ${why}`)
  return new SeaworthyError('INPUT', `there is no run to show${month ? ` up to ${month}` : ''}${each.join('')}`)
}
