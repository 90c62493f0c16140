const ELLIPSIS = '…'
const encoder = new TextEncoder()

/** Longest name that a report prints. */
export const NAME_LENGTH = 60
/** Longest sentence from a journal that a report prints. */
export const SENTENCE_LENGTH = 400

/** Cut at the end, where a name says least. Counts characters, so a surrogate pair stays whole. */
export function truncateEnd(text: string, length: number = NAME_LENGTH): string {
  const characters = [...text]
  return characters.length <= length
    ? text
    : `${characters
        .slice(0, Math.max(0, length - 1))
        .join('')
        .trimEnd()}${ELLIPSIS}`
}

/** Cut in the middle: a replica's name says its workload at the start and which one it is at the end. */
export function truncateMiddle(text: string, length: number = NAME_LENGTH): string {
  const characters = [...text]
  if (characters.length <= length) return text
  const head = Math.max(0, Math.ceil((length - 1) / 2))
  const tail = Math.max(0, length - 1 - head)
  return `${characters.slice(0, head).join('')}${ELLIPSIS}${tail === 0 ? '' : characters.slice(-tail).join('')}`
}

/** What GitHub may count: UTF-16 units or bytes, whichever is more. */
export function measuredLength(text: string): number {
  return Math.max(text.length, encoder.encode(text).length)
}

/** The longest start of a text that measures at most `limit`, without half a character. */
export function cutToFit(text: string, limit: number): string {
  if (measuredLength(text) <= limit) return text
  const kept: string[] = []
  let left = limit - measuredLength(ELLIPSIS)
  for (const character of text) {
    left -= measuredLength(character)
    if (left < 0) break
    kept.push(character)
  }
  return limit < measuredLength(ELLIPSIS) ? '' : `${kept.join('')}${ELLIPSIS}`
}

/** Whole lines from the start until the next would measure more than `limit`, and how many were left out. */
export function keepLines(lines: readonly string[], limit: number): { kept: string[]; dropped: number } {
  const kept: string[] = []
  let left = limit
  for (const line of lines) {
    left -= measuredLength(line) + 1
    if (left < 0) break
    kept.push(line)
  }
  return { kept, dropped: lines.length - kept.length }
}
