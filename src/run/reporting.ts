import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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
}
