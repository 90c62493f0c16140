import type { Journal } from '../model/journal.ts'

export const REPORT_FORMATS = ['md', 'html', 'junit', 'sarif', 'summary', 'json', 'comment'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

/** Columns of a summary that is written to a file, where no terminal says how wide it is. */
const FILE_COLUMNS = 80

export function isReportFormat(text: string): text is ReportFormat {
  return (REPORT_FORMATS as readonly string[]).includes(text)
}

/** One report of a journal. The same journal gives the same bytes. Each renderer is loaded when it is first asked for, so that starting stays fast. */
export async function renderReport(journal: Journal, format: ReportFormat): Promise<string> {
  return RENDERERS[format](journal)
}

const RENDERERS: Readonly<Record<ReportFormat, (journal: Journal) => Promise<string>>> = {
  md: async (journal) => (await import('./markdown/report.ts')).renderMarkdownReport(journal),
  html: async (journal) => (await import('./html/render-html.ts')).renderHtml(journal),
  junit: async (journal) => (await import('./junit.ts')).renderJunit(journal),
  sarif: async (journal) => (await import('./sarif.ts')).renderSarif(journal),
  summary: async (journal) =>
    (await import('./terminal/summary.ts')).renderSummaryText(journal, { columns: FILE_COLUMNS }),
  json: async (journal) => `${(await import('../kit/canonical-json.ts')).canonicalJson(journal)}\n`,
  comment: async (journal) => `${(await import('./markdown/comment.ts')).renderComment(journal)}\n`,
}
