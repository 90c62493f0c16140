import { STATUS_CODES } from 'node:http'
import { BODY_FIELDS, FRAMING_FIELDS } from '../../../../kit/http-fields.ts'
import { type Head, parseRequestLine, parseStatusLine } from './head.ts'

/** An answer in the service's place. Correctly framed for the request's method; `close` ends the connection after it. */
export function abortAnswer(status: number, request: Head, close: boolean): Buffer {
  const reason = STATUS_CODES[status] ?? ''
  const body = hasBody(status) ? `${reason || status}\n` : ''
  const lines = [
    `HTTP/1.1 ${status} ${reason}`,
    `date: ${new Date().toUTCString()}`,
    `connection: ${close ? 'close' : 'keep-alive'}`,
  ]
  if (hasBody(status)) lines.push('content-type: text/plain', `content-length: ${body.length}`)
  return latin1(`${lines.join('\r\n')}\r\n\r\n${isHead(request) ? '' : body}`)
}

export interface Replacement {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** What goes out in place of an answer's head. With `keepBody` the original body follows as it is framed; else it must be dropped. */
export interface Replaced {
  readonly bytes: Buffer
  readonly status: number
  readonly keepBody: boolean
}

/** Rewrites the head of an answer, and its body where the rule has one or the new status allows none. */
export function replaceAnswer(
  original: Head,
  request: Head | undefined,
  { status, headers, body }: Replacement,
): Replaced {
  const line = parseStatusLine(original.startLine)
  const oldStatus = line?.status ?? 502
  const newStatus = status ?? oldStatus
  const keepBody = body === undefined && hasBody(newStatus) && hasBody(oldStatus)
  const text = hasBody(newStatus) ? Buffer.from(body ?? '', 'utf8') : Buffer.alloc(0)
  const given = Object.entries(headers).filter(([name]) => !FRAMING_FIELDS.includes(name.toLowerCase()))
  const overwritten = new Set(given.map(([name]) => name.toLowerCase()))
  const kept = original.fields.filter(({ name }) => {
    const lower = name.toLowerCase()
    return !overwritten.has(lower) && (keepBody || !BODY_FIELDS.includes(lower))
  })
  const fields = [...kept.map(({ name, value }) => [name, value] as const), ...given]
  if (!keepBody && hasBody(newStatus)) fields.push(['content-length', String(text.length)])
  const first =
    newStatus === oldStatus
      ? original.startLine
      : `HTTP/1.${line?.minor ?? 1} ${newStatus} ${STATUS_CODES[newStatus] ?? ''}`
  const head = latin1([first, ...fields.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n'))
  const withBody = !keepBody && !isHead(request)
  return { bytes: withBody ? Buffer.concat([head, text]) : head, status: newStatus, keepBody }
}

function hasBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304
}

function isHead(request: Head | undefined): boolean {
  return request !== undefined && parseRequestLine(request.startLine)?.method === 'HEAD'
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
