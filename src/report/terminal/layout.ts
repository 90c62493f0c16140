import { cutColumns, displayWidth, wrapColumns } from '../escape/columns.ts'
import { escapeTerminal, withoutCommands } from '../escape/terminal.ts'
import { SENTENCE_LENGTH, truncateEnd } from '../escape/truncate.ts'

const FEWEST_COLUMNS = 40
const MOST_COLUMNS = 120

/** Wider lines are not read, narrower ones cannot hold a number and its need. */
export function usableColumns(columns: number): number {
  return Math.min(MOST_COLUMNS, Math.max(FEWEST_COLUMNS, Math.floor(columns) || FEWEST_COLUMNS))
}

/** Lines as they may be printed: none wider than the columns, none that a runner takes for a command. */
export function finish(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => cutColumns(withoutCommands(line).trimEnd(), columns))
}

/** A label and a text that goes on below itself: `      why   87 of 3000 requests failed`. */
export function labelled(indent: string, label: string, text: string, columns: number): string[] {
  const lines = wrapColumns(truncateEnd(escapeTerminal(text), SENTENCE_LENGTH), columns - indent.length - label.length)
  return lines.map((line, position) => `${indent}${position === 0 ? label : ' '.repeat(label.length)}${line}`)
}

/** A name as it is printed on a terminal: visible, cut, never empty. */
export function terminalName(text: string, columns: number): string {
  const visible = escapeTerminal(text)
  return visible === '' ? '(no name)' : cutColumns(visible, columns)
}

/** The widest of some texts, at most `most`. */
export function widest(texts: readonly string[], most: number): number {
  return Math.min(
    most,
    texts.reduce((width, text) => Math.max(width, displayWidth(text)), 0),
  )
}

/** Parts that are never broken, on as many lines as they need. */
export function wrapParts(parts: readonly string[], columns: number, gap = '   '): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    const joined = last === undefined ? part : `${last}${gap}${part}`
    if (last !== undefined && displayWidth(joined) <= columns) lines[lines.length - 1] = joined
    else lines.push(part)
  }
  return lines
}
