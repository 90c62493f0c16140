import type { Journal } from '../model/journal.ts'
import { type Annotation, annotate } from './annotations.ts'
import { cutToFit, measuredLength } from './escape/truncate.ts'
import { COMMENT_LIMIT, renderWithin } from './markdown/comment.ts'
import { evidenceTable, touchedLine } from './markdown/evidence.ts'
import { footer } from './markdown/footer.ts'
import type { LinkOptions } from './markdown/links.ts'
import { planSection } from './markdown/plan-section.ts'
import { headline } from './words/headline.ts'
import { conclusionOf } from './words/outcome.ts'

/** What a check run of GitHub shows. */
export interface CheckRun {
  /** At most 80 characters; plain text. */
  readonly title: string
  readonly conclusion: 'success' | 'failure'
  /** Markdown; at most 65 535 bytes. */
  readonly summary: string
  /** Markdown; at most 65 535 bytes. */
  readonly text: string
  readonly annotations: readonly Annotation[]
}

const TITLE_LENGTH = 80

/** The check of a run: the comment without its footer, then evidence, what was touched, the plan, and remarks on the suite's lines. */
export function renderCheckRun(journal: Journal, options: LinkOptions = {}): CheckRun {
  const { annotations, left } = annotate(journal)
  return {
    title: cutToFit(headline(journal), TITLE_LENGTH),
    conclusion: conclusionOf(journal),
    summary: renderWithin(journal, COMMENT_LIMIT, options, false),
    text: checkText(journal, options, annotations.length, left),
    annotations,
  }
}

/** Parts are added while they fit, so that none is cut. */
function checkText(journal: Journal, options: LinkOptions, annotated: number, left: number): string {
  const counted = left === 0 ? [] : [leftLine(annotated, left)]
  const parts = [
    ...counted,
    `#### Evidence that each fault had its effect, and ended`,
    ...(evidenceTable(journal, 'full') ?? ['No fault was put on.']),
    touchedLine(journal),
    ...planSection(journal),
  ]
  const end = footer(journal, options)
  const kept: string[] = []
  let room = COMMENT_LIMIT - measuredLength(end) - 2
  for (const part of parts) {
    if (measuredLength(part) + 2 > room) continue
    room -= measuredLength(part) + 2
    kept.push(part)
  }
  return [...kept, end].join('\n\n')
}

function leftLine(annotated: number, left: number): string {
  if (annotated === 0)
    return `The suite lies outside the repository, so its ${left} findings are not shown beside its lines.`
  return `${annotated} findings are shown beside the suite's lines; ${left} more are in the table.`
}
