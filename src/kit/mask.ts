const MASK = '***'
/** A shorter one stands in other words too, and is no secret. */
const SHORTEST = 8

/**
 * Makes what goes out free of secrets: every string in a value, as deep as it lies, with each secret in it replaced by
 * `***`, as written, and as URL, JSON, a shell's quotes and base64 (at any offset) write it. Each line of a secret is one
 * too, since logs are written by lines. Keys stay. The last line of defence: who knows that a text holds a secret does
 * not let it come so far.
 */
export function createMask(secrets: readonly string[]): <T>(value: T) => T {
  const parts = secrets.flatMap((secret) => [secret, ...secret.split(/\r?\n/)])
  const forms = [...new Set(parts.filter((part) => part.length >= SHORTEST).flatMap(formsOf))]
  if (forms.length === 0) return (value) => value
  forms.sort((one, other) => other.length - one.length)
  const pattern = new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g')
  return (value) => masked(value, pattern) as typeof value
}

function masked(value: unknown, pattern: RegExp): unknown {
  if (typeof value === 'string') return value.replace(pattern, MASK)
  if (Array.isArray(value)) return value.map((item) => masked(item, pattern))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, masked(part, pattern)]))
}

function formsOf(secret: string): string[] {
  const plain = secret.toWellFormed()
  const base64 = [0, 1, 2].map((offset) => base64At(plain, offset))
  return [
    secret,
    encodeURIComponent(plain),
    JSON.stringify(plain).slice(1, -1),
    plain.replaceAll("'", String.raw`'\''`),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ]
}

/** The characters of base64 that the secret alone decides, with `offset` bytes of something else before it. */
function base64At(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
  return bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6))
}
