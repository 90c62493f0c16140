import type { IncomingMessage } from 'node:http'
import type { Link } from './link.ts'
import { PROBE_FIELD } from './messages.ts'
import { pairs } from './replace.ts'
import { judgeRequest, type RequestFacts, type Sentence } from './rules.ts'

export interface Exchange {
  readonly facts: RequestFacts
  readonly sentence: Sentence
  readonly fields: readonly string[]
}

export function judge({ rules, secret }: Link, message: IncomingMessage): Exchange {
  const own = message.headers[PROBE_FIELD] === secret
  const facts = { method: message.method ?? '', target: message.url ?? '', own }
  const fields = pairs(message.rawHeaders).filter(([name]) => !(own && name.toLowerCase() === PROBE_FIELD))
  const kept = offersHttp2(message.headers.upgrade) ? withoutOffer(fields) : fields
  return { facts, sentence: judgeRequest(rules(), facts), fields: kept.flat() }
}

export function offersHttp2(offer: string | undefined): boolean {
  return offer?.toLowerCase() === 'h2c'
}

function withoutOffer(fields: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return fields.flatMap(([name, value]) => {
    const lower = name.toLowerCase()
    if (lower === 'upgrade' || lower === 'http2-settings') return []
    if (lower !== 'connection') return [[name, value]]
    const kept = value.split(',').filter((token) => !['upgrade', 'http2-settings'].includes(token.trim().toLowerCase()))
    return kept.length === 0 ? [] : [[name, kept.join(',').trim()]]
  })
}
