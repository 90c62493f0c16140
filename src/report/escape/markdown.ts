import { visibleLine, withoutInvisible } from './text.ts'

/** Zero-width non-joiner: breaks what GitHub links after Markdown was rendered, where a backslash or an entity is gone. */
const BREAK = '\u200c'

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', $: '&#36;' }

/**
 * Text from a journal inside a line of GitHub Markdown, table cells included: it is shown as written and does nothing.
 * No mark-up, HTML, image, link, mention, reference to an issue or commit, emoji code or formula survives.
 */
export function escapeMarkdown(text: string): string {
  return visibleLine(text)
    .replace(/(?<![A-Za-z0-9])[0-9a-f]{7,64}(?![A-Za-z0-9])/gi, (hex) => `${hex.slice(0, 4)}${BREAK}${hex.slice(4)}`)
    .replace(/(?<![A-Za-z0-9])GH-(?=\d)/gi, `$&${BREAK}`)
    .replace(/(?<!\d(?=:\d\d:)):(?=[\w+-]+(?::|$))/g, `:${BREAK}`)
    .replace(/@/g, `@${BREAK}`)
    .replace(/[&<>$]/g, (character) => ENTITIES[character] ?? '')
    .replace(/:(?=\/\/)/g, `&#58;${BREAK}`)
    .replace(/(www)\./gi, `$1&#46;${BREAK}`)
    .replace(/[\\`*_[\]()!|~^]/g, '\\$&')
    .replace(/(?<!&)#/g, `\\#${BREAK}`)
    .replace(/^(?:[-+=]|\d{1,9}(?=\.(?:\s|$)))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`))
}

/** Text from a journal as code, in a line of prose or, with `inTable`, in a table cell. The fence is longer than any run of backticks inside. */
export function codeSpan(text: string, { inTable = false } = {}): string {
  const visible = visibleLine(text)
  const content = inTable ? visible.replace(/\\+(?=\|)/g, '$& ').replaceAll('|', '\\|') : visible
  if (content === '') return '` `'
  const fence = '`'.repeat(longestRun(content) + 1)
  const pad = /^`|`$/.test(content) ? ' ' : ''
  return `${fence}${pad}${content}${pad}${fence}`
}

/** Lines as a fenced block that nothing inside can close. */
export function codeFence(lines: readonly string[], language = ''): string {
  const visible = lines.map((line) => withoutInvisible(line).trimEnd())
  const fence = '`'.repeat(Math.max(3, ...visible.map((line) => longestRun(line) + 1)))
  return [`${fence}${language}`, ...visible, fence].join('\n')
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
}
