/** Words that YAML reads as something else than text, or that older readers do. */
const NOT_TEXT = /^(?:true|false|yes|no|on|off|null|y|n)$/i
const PLAIN = /^[A-Za-z](?:[A-Za-z0-9_./-]| (?! |#))*$/

/**
 * A text as a YAML scalar that reads back as exactly this text: plain where that is safe, else in double quotes,
 * where JSON's escapes are YAML's. A `${` in it stays text and is not taken for a variable.
 */
export function quote(text: string): string {
  const escaped = text.replaceAll('${', '$$${')
  if (PLAIN.test(escaped) && !NOT_TEXT.test(escaped) && !escaped.endsWith(' ')) return escaped
  return JSON.stringify(escaped).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const LONGEST_NAME = 100

/** A text made fit to name a suite: one line, no control characters, at most 100 characters. */
export function nameFrom(text: string, fallback: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return [...line].slice(0, LONGEST_NAME).join('').slice(0, LONGEST_NAME).toWellFormed().trim() || fallback
}

/** A text made fit to name a service: small letters, digits and dashes, a letter first, none of those taken. */
export function serviceNameFrom(text: string, taken: readonly string[]): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  const lettered = /^[a-z]/.test(plain) ? plain : `service-${plain}`
  const base = lettered.slice(0, 55).replace(/-+$/, '')
  const free = taken.includes(base) || base === 'traffic' ? `${base}-service` : base
  let name = free
  for (let count = 2; taken.includes(name); count += 1) name = `${free.slice(0, 55)}-${count}`
  return name
}
