const LONGEST = 300

/** The last line that says something, of text from anybody: at most 300 characters, none of which moves a cursor. */
export function lastLine(text: string): string {
  const lines = text.split(/[\r\n]+/).map((line) => line.replace(/\p{C}/gu, ' ').trim())
  return (lines.findLast((line) => line !== '') ?? '').slice(0, LONGEST)
}
