const SHOWN_CHARACTERS = 60

/** What a terminal or a reader takes for more than a character: controls, line breaks, reading directions. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Text of others as a message or a record holds it: on one line, and unseen characters by their numbers, as `\u{202e}`. */
export function withoutUnseen(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** A found value as a message shows it: on one line, text in quotes, without unseen characters, at most some 60 of them. */
export function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? `${value}` : (JSON.stringify(value) ?? String(value))
  const written = withoutUnseen(text)
  return written.length > SHOWN_CHARACTERS ? `${written.slice(0, SHOWN_CHARACTERS)}…` : written
}
