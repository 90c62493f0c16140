import { type Head, listed, parseRequestLine, parseStatusLine } from './head.ts'

/** How the end of a message is found (RFC 9112 §6.3). */
export type Framing =
  | { readonly body: 'none' }
  | { readonly body: 'length'; readonly bytes: number }
  | { readonly body: 'chunked' }
  | { readonly body: 'until-close' }
  /** An interim answer (1xx): the real head is still to come, in the same message. */
  | { readonly body: 'interim' }
  /** The message ends with its head, and what follows may be another protocol: the owner says later. */
  | { readonly body: 'maybe-tunnel' }
  /** The message ends with its head, and what follows is another protocol. */
  | { readonly body: 'tunnel' }

const NONE: Framing = { body: 'none' }

/** Framing of a request; undefined when peers could disagree about where it ends. */
export function requestFraming(head: Head): Framing | undefined {
  const line = parseRequestLine(head.startLine)
  if (!line) return undefined
  const codings = listed(head, 'transfer-encoding')
  if (codings.length > 0) return codings.at(-1) === 'chunked' ? { body: 'chunked' } : undefined
  const length = contentLength(head)
  if (length === 'bad') return undefined
  if (length !== undefined && length > 0) return { body: 'length', bytes: length }
  return line.method === 'CONNECT' || listed(head, 'upgrade').length > 0 ? { body: 'maybe-tunnel' } : NONE
}

/** Framing of an answer to a request of this method (undefined: not known); undefined when it is not an answer. */
export function answerFraming(head: Head, method: string | undefined): Framing | undefined {
  const line = parseStatusLine(head.startLine)
  if (!line) return undefined
  const { status } = line
  if (status === 101) return { body: 'tunnel' }
  if (status < 200) return { body: 'interim' }
  if (method === 'CONNECT' && status < 300) return { body: 'tunnel' }
  if (method === 'HEAD' || status === 204 || status === 304) return NONE
  const codings = listed(head, 'transfer-encoding')
  if (codings.length > 0) return codings.at(-1) === 'chunked' ? { body: 'chunked' } : { body: 'until-close' }
  const length = contentLength(head)
  if (length === 'bad') return undefined
  if (length === undefined) return { body: 'until-close' }
  return length === 0 ? NONE : { body: 'length', bytes: length }
}

function contentLength(head: Head): number | undefined | 'bad' {
  const values = new Set(listed(head, 'content-length'))
  const [value] = values
  if (value === undefined) return undefined
  if (values.size > 1 || !/^\d{1,15}$/.test(value)) return 'bad'
  return Number(value)
}
