import { type IncomingMessage, STATUS_CODES } from 'node:http'
import { BODY_FIELDS, FRAMING_FIELDS } from '../../../kit/http-fields.ts'
import type { ActiveRule } from './rules.ts'

/** An answer's head as it goes out; with `body` the service's own is dropped. */
export interface Outgoing {
  readonly status: number
  readonly reason: string
  /** Names and values in turn, as Node's raw headers. */
  readonly fields: readonly string[]
  readonly body: Buffer | undefined
}

/** The answer as the service gave it, changed by each rule in turn. */
export function outgoing(answer: IncomingMessage, rules: readonly ActiveRule[]): Outgoing {
  const given: Outgoing = {
    status: answer.statusCode ?? 502,
    reason: answer.statusMessage ?? '',
    fields: answer.rawHeaders,
    body: undefined,
  }
  return rules.reduce((head, { rule }) => (rule.rule === 'replace' ? replaced(head, rule) : head), given)
}

interface Replacement {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** A body is dropped also where the new status allows none; one that was not there stays away, but for the rule's own. */
export function replaced(head: Outgoing, { status = head.status, headers, body }: Replacement): Outgoing {
  const own = Object.entries(headers).filter(([name]) => !FRAMING_FIELDS.includes(name.toLowerCase()))
  const overwritten = own.map(([name]) => name.toLowerCase())
  const drops = body !== undefined || head.body !== undefined || !hasBody(status) || !hasBody(head.status)
  const bytes = hasBody(status)
    ? body === undefined
      ? (head.body ?? Buffer.alloc(0))
      : Buffer.from(body, 'utf8')
    : Buffer.alloc(0)
  const kept = pairs(head.fields).filter(([name]) => {
    const lower = name.toLowerCase()
    return !overwritten.includes(lower) && !(drops && BODY_FIELDS.includes(lower))
  })
  const length = drops && hasBody(status) ? [['content-length', String(bytes.length)] as const] : []
  return {
    status,
    reason: status === head.status ? head.reason : (STATUS_CODES[status] ?? ''),
    fields: [...kept, ...own, ...length].flat(),
    body: drops ? bytes : undefined,
  }
}

/** Takes away what was said about the connection and says that it ends after this answer. */
export function withClose(fields: readonly string[]): readonly string[] {
  const kept = pairs(fields).filter(([name]) => !['connection', 'keep-alive'].includes(name.toLowerCase()))
  return [...kept.flat(), 'connection', 'close']
}

export function pairs(fields: readonly string[]): [string, string][] {
  return Array.from({ length: Math.floor(fields.length / 2) }, (_, at) => [
    fields[2 * at] ?? '',
    fields[2 * at + 1] ?? '',
  ])
}

function hasBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304
}
