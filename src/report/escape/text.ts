const LINE_ENDS = /[\s\u0085]+/gu
/** Control characters, and what has no shape of its own: zero-width, direction-changing, fillers, tags. */
const INVISIBLE = /[\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu
/** No script needs more marks on one letter; a tower of them covers the lines around it. */
const TOWER = /(\p{Mark}{4})\p{Mark}+/gu

/** Takes out what cannot be seen; lone surrogates become U+FFFD. Spaces stay. */
export function withoutInvisible(text: string): string {
  return text.toWellFormed().replace(INVISIBLE, '').replace(TOWER, '$1')
}

/** One line of visible text: line ends and runs of spaces become a space. The first step of every other escape but that of terminals, which shows what it found. */
export function visibleLine(text: string): string {
  return withoutInvisible(text.replace(LINE_ENDS, ' ')).replace(/ {2,}/g, ' ').trim()
}
