import type { Journal } from '../../model/journal.ts'
import { FULL, firstLine } from './comment.ts'
import { footer } from './footer.ts'
import type { LinkOptions } from './links.ts'
import { planSection } from './plan-section.ts'
import { body } from './sections.ts'

/** `report.md`: the comment's full form whatever its length, and the plan; without a marker, as nothing looks for it. */
export function renderMarkdownReport(journal: Journal, options: LinkOptions = {}): string {
  return `${[firstLine(journal), ...body(journal, FULL, options), ...planSection(journal), footer(journal, options)].join('\n\n')}\n`
}
