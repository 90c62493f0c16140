import { createServer, type IncomingMessage, request, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Exchange, judge, offersHttp2 } from './exchange.ts'
import { hold } from './hold.ts'
import { farewell, type Link, OneUpstream, type OpenLink, orClose } from './link.ts'
import { outgoing, pairs, withClose } from './replace.ts'
import { resetSocket } from './sockets.ts'
import { upgrade } from './upgrade.ts'

const MAX_HEAD_BYTES = 262_144
const WITHOUT_BODY = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']

/** Serves HTTP/1 connections: requests in their order, each to the service as it came, unless a rule says otherwise. */
export class Http1 {
  readonly #links = new WeakMap<Duplex, OpenLink>()
  readonly #server: Server

  constructor() {
    this.#server = createServer({
      maxHeaderSize: MAX_HEAD_BYTES,
      // A client's or a service's patience is its own business.
      keepAliveTimeout: 0,
      requestTimeout: 0,
      headersTimeout: 0,
      // An offer to go on in HTTP/2 may be ignored, and is, so that the connection can still be read.
      shouldUpgradeCallback: ({ headers }) => !offersHttp2(headers.upgrade),
    })
    // Whether a client may say its last word and still listen is the service's to decide: it is told (`farewell`).
    Object.assign(this.#server, { httpAllowHalfOpen: true })
    const take = (message: IncomingMessage, answer: ServerResponse) =>
      this.#inTurn(message.socket, (link) => exchange(link, message, answer))
    this.#server.on('request', take).on('checkContinue', take).on('checkExpectation', take)
    const tunnel = (message: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#inTurn(socket, (link) => upgrade(link, message, head))
    this.#server.on('upgrade', tunnel).on('connect', tunnel)
    this.#server.on('clientError', (_error, socket) => socket.destroy())
  }

  serve(link: Link): void {
    const agent = new OneUpstream(link, () => {
      if (open.busy === 0) link.client.end()
    })
    const open: OpenLink = { ...link, agent, busy: 0, turn: Promise.resolve(), current: undefined }
    this.#links.set(link.client, open)
    link.client.once('end', () => farewell(open))
    link.client.once('close', () => {
      agent.destroy()
      link.upstream.destroy()
    })
    this.#server.emit('connection', link.client)
    link.client.resume()
  }

  /** Requests that come in before the one ahead is answered wait for it, as they would at the service. */
  #inTurn(socket: Duplex, work: (link: OpenLink) => Promise<void>): void {
    const link = this.#links.get(socket)
    if (!link) {
      socket.destroy()
      return
    }
    link.busy += 1
    link.turn = link.turn
      .then(() => work(link))
      .catch(() => {
        link.client.destroy()
      })
      .finally(() => {
        link.busy -= 1
      })
  }
}

async function exchange(link: OpenLink, message: IncomingMessage, answer: ServerResponse): Promise<void> {
  const closed = Promise.withResolvers<void>()
  const gone = new AbortController()
  answer.once('close', () => {
    gone.abort()
    closed.resolve()
  })
  if (link.client.destroyed) return
  const current = judge(link, message)
  await hold(current.sentence.delays, current.facts, gone.signal)
  if (gone.signal.aborted) return
  const { abort } = current.sentence
  if (abort?.active && abort.rule.rule === 'abort') {
    abort.countHit(current.facts)
    answerInstead(link, answer, abort.rule.status)
  } else forward(link, message, answer, current)
  await closed.promise
}

function answerInstead(link: OpenLink, answer: ServerResponse, status: number | undefined): void {
  if (status === undefined) {
    resetSocket(link.client)
    return
  }
  const body = hasBody(status) ? `${STATUS_CODES[status] ?? status}\n` : ''
  const fields = hasBody(status) ? ['content-type', 'text/plain', 'content-length', String(body.length)] : []
  answer.writeHead(status, fields)
  answer.end(body)
}

function forward(link: OpenLink, message: IncomingMessage, answer: ServerResponse, current: Exchange): void {
  const { method, target } = current.facts
  const upstream = request({
    agent: link.agent,
    host: link.address,
    port: link.port,
    method,
    path: target,
    headers: framed(method, message, current.fields),
    maxHeaderSize: MAX_HEAD_BYTES,
  })
  link.current = upstream
  upstream.once('finish', () => farewell(link))
  upstream.on('continue', () => answer.writeContinue())
  upstream.on('error', () => (answer.headersSent ? link.client.destroy() : resetSocket(link.client)))
  upstream.once('response', (given) => orClose(link, () => pass(link, given, answer, current)))
  upstream.once('upgrade', (_given, socket) => {
    socket.destroy()
    link.client.destroy()
  })
  answer.once('close', () => {
    if (!answer.writableFinished) upstream.destroy()
  })
  message.on('error', () => upstream.destroy())
  message.pipe(upstream, { end: false })
  message.once('end', () =>
    orClose(link, () => {
      if (message.rawTrailers.length > 0) upstream.addTrailers(pairs(message.rawTrailers))
      upstream.end()
    }),
  )
}

/** Node would give a request without a body the framing of one that has. */
function framed(method: string, { headers }: IncomingMessage, fields: readonly string[]): string[] {
  const says = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
  return says || WITHOUT_BODY.includes(method) ? [...fields] : [...fields, 'content-length', '0']
}

function pass(link: OpenLink, given: IncomingMessage, answer: ServerResponse, { facts, sentence }: Exchange): void {
  const replaces = sentence.replaces.filter(({ active }) => active)
  for (const rule of replaces) rule.countHit(facts)
  const head = outgoing(given, replaces)
  // With the fault over, the client is asked to come back by a new connection, past the proxy.
  const fields = link.rules().length === 0 ? withClose(head.fields) : head.fields
  answer.sendDate = false
  answer.writeHead(head.status, head.reason, [...fields])
  given.on('error', () => link.client.destroy())
  if (head.body !== undefined) {
    given.resume()
    answer.end(facts.method === 'HEAD' ? undefined : head.body)
    return
  }
  given.pipe(answer, { end: false })
  given.once('end', () =>
    orClose(link, () => {
      if (given.rawTrailers.length > 0) answer.addTrailers(pairs(given.rawTrailers))
      answer.end()
    }),
  )
}

function hasBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304
}
