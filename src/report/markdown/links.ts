import type { Journal } from '../../model/journal.ts'
import { safeUrl } from '../escape/safe-url.ts'

export interface LinkOptions {
  /** Hosts besides github.com that a link may lead to, such as that of a GitHub Enterprise Server. */
  readonly hosts?: readonly string[]
  /** Where the whole report can be read, when the caller knows. */
  readonly reportUrl?: string | undefined
  /** Told below the first line: Markdown of fixed words. */
  readonly note?: string | undefined
}

/** `[run](https://…)`, or the words alone where the address is missing or leads elsewhere: a journal may be forged. */
export function link(words: string, url: string | null | undefined, { hosts = [] }: LinkOptions): string {
  const safe = safeUrl(url, hosts)
  return safe === undefined ? words : `[${words}](${inMarkdown(safe)})`
}

/** Where the rest of a shortened text can be read. */
export function whereTheRestIs(journal: Journal, options: LinkOptions): string {
  const url = options.reportUrl ?? journal.change?.runUrl
  return `in the ${link(options.reportUrl === undefined ? 'run' : 'report', url, options)}`
}

/** What Markdown would read in an address, as percent codes. */
function inMarkdown(url: string): string {
  return url.replace(/[()[\]<>"'\\`*_|~@\s]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
