/** JSON with sorted keys and no spaces, on one line: equal values give equal bytes. */
export function renderJson(value: unknown): string {
  return `${JSON.stringify(sorted(value))}\n`
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
  // A null prototype, so that a key `__proto__` from a journal is a key.
  return Object.assign(Object.create(null), Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)])))
}
