import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../kit/canonical-json.ts'
import type { Journal } from '../model/journal.ts'
import { type ReportFormat, renderReport } from '../report/render.ts'

/** Which file of the report folder holds which format. */
const FILES: readonly (readonly [string, ReportFormat])[] = [
  ['journal.json', 'json'],
  ['report.md', 'md'],
  ['report.html', 'html'],
  ['junit.xml', 'junit'],
  ['report.sarif', 'sarif'],
  ['summary.txt', 'summary'],
]

/** Every report file of a run. The journal comes first: all others can be made again from it. */
export async function writeReports(journal: Journal, folder: string): Promise<void> {
  for (const [file, format] of FILES) await writeFile(join(folder, file), await renderReport(journal, format))
  await writeStatement(journal, folder)
}

/** About the journal's very bytes, so it is written after them. */
async function writeStatement(journal: Journal, folder: string): Promise<void> {
  const { statementOf } = await import('../attest/statement.ts')
  const bytes = await readFile(join(folder, 'journal.json'))
  const statement = statementOf(journal, sha256(bytes))
  await writeFile(join(folder, STATEMENT_FILE), `${JSON.stringify(statement, null, 2)}\n`)
}
const STATEMENT_FILE = 'attestation.intoto.json'
