import { visibleLine } from '../escape/text.ts'
import { NAME_LENGTH, SENTENCE_LENGTH, truncateEnd, truncateMiddle } from '../escape/truncate.ts'
import { type Html, html, joined, type Part } from './html.ts'

/** A name from a suite or a cluster, cut at the end. Isolated, so that letters of another direction stay inside. */
export function name(text: string, length = NAME_LENGTH): Html {
  return html`<bdi class="name">${nameText(text, length)}</bdi>`
}

/** The same as bare text, for attributes. */
export function nameText(text: string, length = NAME_LENGTH): string {
  const visible = truncateEnd(visibleLine(text), length)
  return visible === '' ? '(no name)' : visible
}

/** Something to copy or to compare letter by letter: cut in the middle, where digests and pods say least. */
export function code(text: string, length = NAME_LENGTH): Html {
  const visible = truncateMiddle(visibleLine(text), length)
  return visible === '' ? html`<span class="more">none</span>` : html`<code>${visible}</code>`
}

/** A sentence from a journal, with a full stop. */
export function sentence(text: string): Html {
  const visible = truncateEnd(visibleLine(text), SENTENCE_LENGTH)
  return html`<bdi>${capital(visible)}${/[.!?…]$/.test(visible) || visible === '' ? '' : '.'}</bdi>`
}

/** A word with digits or signs in it is a name, such as p99, and stays as it is. */
function capital(text: string): string {
  return /^\p{L}+(?:[\s,.:;]|$)/u.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text
}

/** Our own fixed words, in which backticks mark what is typed. */
export function typed(words: string): Html {
  return html`${words.split('`').map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`
}

/** The first of a list and how many more there are: nothing from a cluster may make a page endless. */
export function listed<Item>(
  items: readonly Item[],
  most: number,
  show: (item: Item) => Part,
  between: Part = ' ',
): Html {
  const more = items.length - most
  return html`${joined(items.slice(0, most).map(show), between)}${more > 0 && html` <span class="more">and ${more} more</span>`}`
}
