import type { Journal } from '../../model/journal.ts'
import { cutToFit, measuredLength } from '../escape/truncate.ts'
import { headline, headlineMark } from '../words/headline.ts'
import { footer } from './footer.ts'
import { leftoverAlert } from './leftovers.ts'
import { type LinkOptions, whereTheRestIs } from './links.ts'
import { commentMarker, type RunOrder } from './marker.ts'
import { body, type Detail } from './sections.ts'

/** GitHub takes 65 536; the rest is room for what a proxy or a later edit adds. */
export const COMMENT_LIMIT = 60_000
const SHORT_FROM_EXPERIMENTS = 13
const SHORT_FROM_CHARACTERS = 40_000
const SHORT_FAILED = 8

export interface CommentOptions extends LinkOptions {
  /** UTF-16 units and bytes, whichever are more. */
  readonly limit?: number
  /** Which run of its workflow this is; read from the run's address when not given. */
  readonly order?: RunOrder | undefined
}

export const FULL: Detail = {
  form: 'full',
  passedRows: true,
  evidence: true,
  impact: true,
  sparklines: true,
  failed: Number.POSITIVE_INFINITY,
}

/** Shorter and shorter; a text takes the first that fits. */
const SHORTER: readonly Detail[] = [
  { ...FULL, form: 'short', failed: SHORT_FAILED },
  { ...FULL, form: 'short', failed: SHORT_FAILED, passedRows: false },
  { ...FULL, form: 'short', failed: SHORT_FAILED, passedRows: false, evidence: false },
  { ...FULL, form: 'short', failed: SHORT_FAILED, passedRows: false, evidence: false, impact: false },
  { form: 'short', failed: SHORT_FAILED, passedRows: false, evidence: false, impact: false, sparklines: false },
  { form: 'short', failed: 3, passedRows: false, evidence: false, impact: false, sparklines: false },
]

/**
 * The sticky comment of a pull request: the verdict is its first line, the hidden marker its last.
 * Never longer than the limit: parts are left out whole, and named with their count.
 */
export function renderComment(journal: Journal, options: CommentOptions = {}): string {
  const marker = commentMarker(journal, options.order)
  const limit = (options.limit ?? COMMENT_LIMIT) - measuredLength(marker) - 1
  return `${renderWithin(journal, limit, options)}\n${marker}`
}

/** The same text without marker, for a medium with another limit. `withFooter` false leaves the last line out too. */
export function renderWithin(journal: Journal, limit: number, options: LinkOptions, withFooter = true): string {
  const end = withFooter ? [footer(journal, options)] : []
  const start = [firstLine(journal), ...(options.note === undefined ? [] : [options.note])]
  const render = (detail: Detail) => [...start, ...body(journal, detail, options), ...end].join('\n\n')
  for (const detail of formsFor(journal)) {
    const text = render(detail)
    const tooLong = detail.form === 'full' && text.length > SHORT_FROM_CHARACTERS
    if (!tooLong && measuredLength(text) <= limit) return text
  }
  return renderLeast(journal, limit, options, end)
}

/** `### ❌ Fail: 2 of 6 experiments did not hold` */
export function firstLine(journal: Journal): string {
  return `### ${headlineMark(journal)} ${headline(journal)}`
}

function formsFor({ experiments }: Journal): readonly Detail[] {
  return experiments.length >= SHORT_FROM_EXPERIMENTS ? SHORTER : [FULL, ...SHORTER]
}

/** When nothing else fits: what must be acted on, the first line and the footer; in the end the first line alone. */
function renderLeast(journal: Journal, limit: number, options: LinkOptions, end: readonly string[]): string {
  const alert = leftoverAlert(journal)
  const pointer = `All of it is ${whereTheRestIs(journal, options)}.`
  const attempts = [
    [firstLine(journal), ...(alert === undefined ? [] : [alert]), pointer, ...end],
    [firstLine(journal), pointer, ...end],
    [firstLine(journal)],
  ].map((parts) => parts.join('\n\n'))
  return attempts.find((text) => measuredLength(text) <= limit) ?? cutToFit(firstLine(journal), Math.max(0, limit))
}
