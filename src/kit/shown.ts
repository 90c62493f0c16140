const SHOWN_CHARACTERS = 60

/** A found value as a message shows it: on one line, text in quotes, at most some 60 characters. */
export function shown(value: unknown): string {
  const written = typeof value === 'bigint' ? `${value}` : (JSON.stringify(value) ?? String(value))
  return written.length > SHOWN_CHARACTERS ? `${written.slice(0, SHOWN_CHARACTERS)}…` : written
}
