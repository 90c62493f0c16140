import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Link } from './link.ts'
import { PROBE_FIELD } from './messages.ts'
import type { ActiveRule, RequestFacts, RuleOf } from './rules.ts'

/** Large enough that a stream is not slower for passing through here. */
const OPTIONS = { settings: { initialWindowSize: 1_048_576 }, maxSessionMemory: 256 }
/** Not typed: a date that the service did not send is not to be added. */
const AS_GIVEN = { waitForTrailers: true, sendDate: false }

/** HTTP/2 connections without TLS (prior knowledge): gRPC calls that match are answered with an error, all else is passed on. */
export class Http2 {
  readonly #sessions = new Set<ServerHttp2Session>()

  serve(link: Link): void {
    const session = performServerHandshake(link.client, OPTIONS)
    const upstream = connect(`http://${link.address.includes(':') ? `[${link.address}]` : link.address}:${link.port}`, {
      ...OPTIONS,
      createConnection: () => link.upstream,
    })
    this.#sessions.add(session)
    session
      .on('error', () => undefined)
      .once('close', () => {
        this.#sessions.delete(session)
        upstream.destroy()
      })
    upstream.on('error', () => undefined).once('close', () => session.destroy())
    upstream.once('goaway', () => session.close())
    session.on('stream', (stream, headers) => take(link, upstream, stream, headers))
  }

  /** Asks every client to go on by another connection; calls that are under way end as they would. */
  leave(): void {
    for (const session of this.#sessions) session.close()
  }
}

function take(link: Link, session: ClientHttp2Session, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  stream.on('error', () => undefined)
  const own = headers[PROBE_FIELD] === link.secret
  if (own) delete headers[PROBE_FIELD]
  const facts = { method: String(headers[':method'] ?? ''), target: String(headers[':path'] ?? ''), own }
  const rule = abortOf(link.rules(), facts)
  if (rule) answerInstead(stream, rule)
  else orReset(stream, () => passOn(session, stream, headers))
}

function abortOf(rules: readonly ActiveRule[], facts: RequestFacts): RuleOf<'grpc-abort'> | undefined {
  for (const fault of rules) {
    if (fault.rule.rule !== 'grpc-abort' || !fault.takes(facts)) continue
    fault.countHit(facts)
    return fault.rule
  }
  return undefined
}

/** Trailers only: one block of headers ends the call (gRPC over HTTP/2, "Responses"). */
function answerInstead(stream: ServerHttp2Stream, { status, message }: RuleOf<'grpc-abort'>): void {
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': String(status),
      'grpc-message': percentEncoded(message),
    },
    { endStream: true },
  )
  // The rest of the request is not wanted.
  stream.resume()
  stream.close(constants.NGHTTP2_NO_ERROR)
}

/** Printable ASCII but for the percent sign stays (gRPC over HTTP/2, "Percent-Encoded"). */
export function percentEncoded(message: string): string {
  return [...Buffer.from(message, 'utf8')]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('')
}

function passOn(session: ClientHttp2Session, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  if (session.closed || session.destroyed) {
    stream.close(constants.NGHTTP2_REFUSED_STREAM)
    return
  }
  const upstream = session.request(headers, { endStream: stream.endAfterHeaders, waitForTrailers: true })
  tieEnds(stream, upstream)
  sendTrailers(stream, upstream)
  upstream.once('response', (given, flags) => {
    const ends = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
    orReset(stream, () => answerAsGiven(stream, upstream, given, ends))
  })
  upstream.on('headers', (given) => {
    orReset(stream, () => (stream.headersSent ? undefined : stream.additionalHeaders(given)))
  })
  if (!stream.endAfterHeaders) stream.pipe(upstream)
}

function answerAsGiven(
  stream: ServerHttp2Stream,
  upstream: ClientHttp2Stream,
  given: IncomingHttpHeaders,
  ends: boolean,
): void {
  if (ends) {
    stream.respond(given, { ...AS_GIVEN, waitForTrailers: false, endStream: true })
    return
  }
  stream.respond(given, AS_GIVEN)
  sendTrailers(upstream, stream)
  upstream.pipe(stream)
}

/** What Node refuses to write ends one call and not the proxy. */
function orReset(stream: AnyStream, work: () => void): void {
  if (stream.destroyed) return
  try {
    work()
  } catch {
    stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  }
}

type AnyStream = ServerHttp2Stream | ClientHttp2Stream

/** What ended with a reset on one side does so on the other. */
function tieEnds(one: AnyStream, other: AnyStream): void {
  const tie = (from: AnyStream, to: AnyStream) => {
    from.on('error', () => undefined)
    from.once('close', () => {
      const code = from.rstCode ?? constants.NGHTTP2_NO_ERROR
      if (code !== constants.NGHTTP2_NO_ERROR && !to.destroyed) to.close(code)
    })
  }
  tie(one, other)
  tie(other, one)
}

/** Trailers come before the end of what they follow. */
function sendTrailers(from: AnyStream, to: AnyStream): void {
  let trailers: IncomingHttpHeaders = {}
  from.once('trailers', (given: IncomingHttpHeaders) => {
    trailers = given
  })
  to.once('wantTrailers', () => {
    orReset(to, () => to.sendTrailers(trailers))
  })
}
