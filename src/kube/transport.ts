import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls'
import { limitConnecting } from './connect-limit.ts'
import type { Credentials, KubeConnection } from './connection.ts'
import { openTunnel } from './proxy-tunnel.ts'

interface WireRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
  readonly credentials: Credentials
  /** Ends the request and its answer, whatever they are waiting for. */
  readonly signal: AbortSignal
  /** Long-lived answers get sockets of their own, so that they never take one from a request. */
  readonly pool: 'requests' | 'streams'
}

/** Sends one request once. Resolves when the head of the answer is there; rejects with Node's own error or the signal's reason. */
export interface Transport {
  readonly send: (request: WireRequest) => Promise<IncomingMessage>
  readonly close: () => void
}

const MAX_REQUEST_SOCKETS = 8
/** Twice what the kernel waits before it asks for a connection a second time. */
const CONNECT_MS = 2_000

export function createTransport(connection: KubeConnection): Transport {
  const server = new URL(connection.server)
  const secure = server.protocol === 'https:'
  const agents = {
    requests: createAgent(connection, secure, MAX_REQUEST_SOCKETS),
    streams: createAgent(connection, secure, Number.POSITIVE_INFINITY),
  }
  const prefix = server.pathname.replace(/\/$/, '')
  const base = {
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: server.port || (secure ? 443 : 80),
    ...(secure ? tlsOptions(connection) : {}),
  }
  return {
    send: (request) =>
      sendOnce(secure ? httpsRequest : httpRequest, request, {
        ...base,
        ...(secure ? clientCertificate(request.credentials) : {}),
        agent: agents[request.pool],
        method: request.method,
        path: `${prefix}${request.path}`,
        headers: headersOf(request, connection),
      }),
    close: () => {
      agents.requests.destroy()
      agents.streams.destroy()
    },
  }
}

function createAgent({ proxy }: KubeConnection, secure: boolean, maxSockets: number): HttpAgent {
  const options = {
    keepAlive: true,
    keepAliveMsecs: 15_000,
    maxSockets,
    maxFreeSockets: 4,
    scheduling: 'lifo',
  } as const
  if (!secure) return new HttpAgent(options)
  return proxy === undefined ? new HttpsAgent(options) : new TunnelAgent(proxy, options)
}

class TunnelAgent extends HttpsAgent {
  readonly #proxy: string

  constructor(proxy: string, options: ConstructorParameters<typeof HttpsAgent>[0]) {
    super(options)
    this.#proxy = proxy
  }

  /** With a socket of its own, tls looks at the host only to check the certificate. */
  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const host = options.host ?? ''
    openTunnel(this.#proxy, host, Number(options.port)).then(
      (socket) => callback?.(null, tlsConnect({ ...options, socket } as ConnectionOptions)),
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    )
    return undefined
  }
}

function tlsOptions({ tls }: KubeConnection) {
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(tls.insecure ? { rejectUnauthorized: false } : {}),
  }
}

function clientCertificate({ cert, key }: Credentials) {
  return cert === undefined || key === undefined ? {} : { cert, key }
}

function headersOf(request: WireRequest, connection: KubeConnection): Record<string, string> {
  const { token } = request.credentials
  return {
    accept: 'application/json',
    ...connection.headers,
    ...request.headers,
    ...(request.body === undefined ? {} : { 'content-length': String(request.body.length) }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
}

function sendOnce(request: typeof httpRequest, wire: WireRequest, options: RequestOptions): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const { signal } = wire
  signal.throwIfAborted()
  const sent = request(options)
  // Node tells of a destroyed request only when it has a socket; one that waits for a proxy may never get it.
  const abort = () => {
    reject(signal.reason)
    sent.destroy()
  }
  signal.addEventListener('abort', abort, { once: true })
  sent.once('socket', (socket) => limitConnecting(socket, CONNECT_MS))
  sent.once('response', (answer) => {
    answer.once('close', () => signal.removeEventListener('abort', abort))
    resolve(answer)
  })
  sent.on('error', (error) => {
    signal.removeEventListener('abort', abort)
    reject(error)
  })
  sent.end(wire.body)
  return promise
}
