/** Start line and header fields of a message, as they came. Text is latin1: one character a byte. */
export interface Head {
  readonly startLine: string
  /** In order; names as written. */
  readonly fields: readonly Field[]
}
export interface Field {
  readonly name: string
  readonly value: string
}

export interface RequestLine {
  readonly method: string
  readonly target: string
  readonly minor: 0 | 1
}
export interface StatusLine {
  readonly status: number
  readonly minor: 0 | 1
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.([01])$/
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: .*)?$/
const STATUS_START = 'HTTP/1.'
/** Every beginning of a request line fits; much else does not. */
const REQUEST_START = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}(?: [\x20-\x7e\x80-\xff]*\r?)?$/

/** The three words of a request line (RFC 9112 §3), or undefined when it is not one of HTTP/1.x. */
export function parseRequestLine(line: string): RequestLine | undefined {
  const match = REQUEST_LINE.exec(line)
  if (!match) return undefined
  return { method: match[1] ?? '', target: match[2] ?? '', minor: match[3] === '0' ? 0 : 1 }
}

/** Version and code of a status line (RFC 9112 §4), or undefined when it is not one of HTTP/1.x. */
export function parseStatusLine(line: string): StatusLine | undefined {
  const match = STATUS_LINE.exec(line)
  return match ? { minor: match[1] === '0' ? 0 : 1, status: Number(match[2]) } : undefined
}

export function mayBecomeRequestLine(start: string): boolean {
  return REQUEST_START.test(start)
}

export function mayBecomeStatusLine(start: string): boolean {
  return start.startsWith(STATUS_START) || STATUS_START.startsWith(start)
}

/** A header field line (RFC 9112 §5); undefined for folded lines and for anything else that parsers disagree about. */
export function parseField(line: string): Field | undefined {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(0, colon))
  return TOKEN.test(name) ? { name, value: line.slice(colon + 1).trim() } : undefined
}

/** All values of a field, split at commas, in lower case. */
export function listed(head: Head, name: string): readonly string[] {
  return head.fields
    .filter((field) => field.name.toLowerCase() === name)
    .flatMap((field) => field.value.toLowerCase().split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '')
}

/** Whether the connection stays after this message (RFC 9112 §9.3). */
export function keepsAlive(head: Head, minor: 0 | 1): boolean {
  const options = listed(head, 'connection')
  return minor === 1 ? !options.includes('close') : options.includes('keep-alive') && !options.includes('close')
}
