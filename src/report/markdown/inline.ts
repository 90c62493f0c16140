import { escapeMarkdown } from '../escape/markdown.ts'
import { visibleLine } from '../escape/text.ts'
import { NAME_LENGTH, SENTENCE_LENGTH, truncateEnd, truncateMiddle } from '../escape/truncate.ts'
import type { Statement } from '../words/statement.ts'

/** A name from a journal: short, escaped, never empty. */
export function name(text: string, length: number = NAME_LENGTH): string {
  const visible = visibleLine(text)
  return visible === '' ? '(no name)' : escapeMarkdown(truncateEnd(visible, length))
}

export function boldName(text: string): string {
  return `**${name(text)}**`
}

/** A replica or another target, cut in its middle. */
export function target(text: string): string {
  return escapeMarkdown(truncateMiddle(visibleLine(text)))
}

/** A sentence from a journal, short and escaped. */
export function sentence(text: string, length: number = SENTENCE_LENGTH): string {
  return escapeMarkdown(truncateEnd(visibleLine(text), length))
}

/** A sentence from a journal with exactly one full stop at its end. */
export function fullSentence(text: string): string {
  const escaped = sentence(text)
  return escaped === '' || /[.!?…]$/.test(escaped) ? escaped : `${escaped}.`
}

/** `availability **97.1 % ± 0.6**, needs 99.5 %`. */
export function statementLine({ subject, measured, rest, detail }: Statement): string {
  if (detail !== '') return sentence(detail)
  const head = [subject === '' ? '' : name(subject), measured === '' ? '' : `**${measured}**`]
    .filter((part) => part !== '')
    .join(' ')
  if (head === '') return rest
  return rest === '' ? head : `${head}${measured === '' ? ' ' : ', '}${rest}`
}

/** Names in a row, the first `most` of them and how many more there are. */
export function listed(names: readonly string[], most: number, render: (text: string) => string): string {
  const shown = names.slice(0, most).map(render).join(', ')
  return names.length > most ? `${shown} and ${names.length - most} more` : shown
}
