import { withoutInvisible } from './text.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
}
/** What XML 1.0 cannot hold, not even as a reference, beyond control characters and surrogates. */
const NOT_IN_XML = /[\ufffe\uffff]/g

/** Text from a journal as XML text or attribute value; valid in XML 1.0 whatever it holds. Newlines survive. */
export function escapeXml(text: string): string {
  const lines = text.split(/\r\n?|\n/).map(withoutInvisible)
  return lines
    .join('\n')
    .replace(NOT_IN_XML, '\ufffd')
    .replace(/[&<>"'\n]/g, (character) => ENTITIES[character] ?? '')
}
