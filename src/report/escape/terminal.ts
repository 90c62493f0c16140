const LINE_ENDS = /[\s\u0085]+/gu
const TOWER = /(\p{Mark}{4})\p{Mark}+/gu
const HIDDEN = /[\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu

/** Text from a journal on a terminal or in a log: one line, and what would steer a terminal or hide is shown as `\x1b`, `\u{202e}`. */
export function escapeTerminal(text: string): string {
  return text
    .toWellFormed()
    .replace(LINE_ENDS, ' ')
    .replace(TOWER, '$1')
    .replace(HIDDEN, (character) => codePoint(character.codePointAt(0) ?? 0))
    .trim()
}

/**
 * A finished line for a log that GitHub or Azure reads: neither a workflow command at its start nor one of the
 * older form anywhere survives.
 */
export function withoutCommands(line: string): string {
  return line.replace(/^(\s*):(?=:)/, '$1: ').replace(/##(?=(?:vso)?\[)/g, '# #')
}

/** Text as the data of a workflow command. */
export function commandData(text: string): string {
  return escapeTerminal(text).replaceAll('%', '%25')
}

function codePoint(code: number): string {
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
}
