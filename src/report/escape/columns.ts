/** Two columns on a terminal: East Asian wide and full-width blocks, and emoji that are shown as pictures. */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{1d300}-\u{1d376}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u
const NO_WIDTH = /[\p{Mark}\p{Default_Ignorable_Code_Point}\p{Cc}]/u

const ASCII = /^[ -~]*$/

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length
  let columns = 0
  for (const character of text) columns += characterWidth(character)
  return columns
}

/** Cut at the end with `…` to at most `columns`; a wide character is never halved. */
export function cutColumns(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  let kept = ''
  let left = columns - 1
  for (const character of text) {
    left -= characterWidth(character)
    if (left < 0) break
    kept += character
  }
  return columns < 1 ? '' : `${kept.trimEnd()}…`
}

/** Cut or filled with spaces to exactly `columns`. */
export function padColumns(text: string, columns: number): string {
  const cut = cutColumns(text, columns)
  return cut + ' '.repeat(Math.max(0, columns - displayWidth(cut)))
}

/** The same, with the text at the right edge. */
export function padColumnsLeft(text: string, columns: number): string {
  const cut = cutColumns(text, columns)
  return ' '.repeat(Math.max(0, columns - displayWidth(cut))) + cut
}

/** Words on as many lines as they need, none wider than `columns`; a word that is wider than a line is cut. */
export function wrapColumns(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (displayWidth(joined) <= columns) line = joined
    else {
      if (line !== '') lines.push(line)
      line = cutColumns(word, columns)
    }
  }
  return line === '' ? lines : [...lines, line]
}

/** Letters of Latin scripts, arrows, mathematical signs and bars: most of what we print, and one column each. */
function isPlain(code: number): boolean {
  return (
    (code > 0xad && code < 0x300) ||
    (code > 0x1f && code < 0x7f) ||
    (code >= 0x2190 && code < 0x2300) ||
    (code >= 0x2500 && code < 0x25a0)
  )
}

function characterWidth(character: string): number {
  if (isPlain(character.codePointAt(0) ?? 0)) return 1
  if (NO_WIDTH.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}
