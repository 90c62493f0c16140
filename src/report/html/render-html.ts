import type { Journal } from '../../model/journal.ts'
import { measuredLength } from '../escape/truncate.ts'
import { details } from './detail.ts'
import { page } from './page.ts'

/** Largest page in bytes: what a browser and a viewer of artifacts open without waiting. */
const BUDGET_BYTES = 2_000_000

export interface HtmlOptions {
  /** Hosts besides github.com that a link may lead to, such as that of a GitHub Enterprise Server. */
  readonly hosts?: readonly string[]
}

/**
 * The whole report as one HTML file that loads nothing and runs no script, from the journal alone: the same journal gives the
 * same bytes. Everything in the journal is taken for hostile. Where a page would be larger than 2 MB, charts and then
 * experiments are left out, and it says so. Never throws for a journal that fits its schema.
 */
export function renderHtml(journal: Journal, { hosts = [] }: HtmlOptions = {}): string {
  const [first, ...rest] = details(journal.experiments.length)
  let text = first === undefined ? '' : page(journal, hosts, first).text
  for (const detail of rest) {
    if (measuredLength(text) <= BUDGET_BYTES) break
    text = page(journal, hosts, detail).text
  }
  return text
}
