const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}
const CONTROL_PICTURES = 0x2400
const CONTROL_PICTURES_END = 0x20
const DELETE = 0x7f
const DELETE_PICTURE = '\u2421'
/** What has no shape of its own, changes direction, or only controls: never of use in a report. */
const INVISIBLE =
  /[\u0080-\u009f\p{Default_Ignorable_Code_Point}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]/gu
/** No script needs more marks on one letter; a tower of them covers the lines around it. */
const TOWER = /(\p{Mark}{4})\p{Mark}+/gu

/**
 * Text as HTML text or as the value of a quoted attribute: shown as written, and nothing else.
 * C0 controls become their pictures (`␛`), invisible and direction-changing characters go; no-break spaces stay.
 */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\t\n\v\f\r]+/g, ' ')
    .replace(/\p{Cc}/gu, picture)
    .replace(INVISIBLE, '')
    .replace(TOWER, '$1')
    .replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '')
}

function picture(control: string): string {
  const point = control.codePointAt(0) ?? 0
  if (point === DELETE) return DELETE_PICTURE
  return point < CONTROL_PICTURES_END ? String.fromCodePoint(CONTROL_PICTURES + point) : ''
}
