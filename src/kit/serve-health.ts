import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { messageOf, SeaworthyError } from './errors.ts'

/** What a long-running process answers about itself. */
export interface Health {
  /** For Prometheus, in its text format 0.0.4. */
  readonly metrics: () => string
  /** What is wrong; empty when nothing is. */
  readonly unhealthy: () => string
  readonly unready: () => string
  /** Further paths, each with what it answers as JSON. */
  readonly facts?: Readonly<Record<string, () => Promise<object>>>
}

export interface Serving {
  readonly port: number
  readonly close: () => Promise<void>
}

/**
 * `/metrics`, `/healthz`, `/readyz` and the paths of `facts`. Port 0 is any free one; without a host all addresses.
 * Throws SeaworthyError('ENGINE') when the port is taken.
 */
export async function serveHealth(port: number, host: string | undefined, health: Health): Promise<Serving> {
  const server = createServer((request, response) => answer(request.url ?? '', response, health))
  // A scraper that never ends its request must not hold a connection for ever.
  server.requestTimeout = 10_000
  server.headersTimeout = 5_000
  await listen(server, port, host)
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const place = host === undefined ? `port ${port}` : `${host}:${port}`
      reject(
        new SeaworthyError('ENGINE', `cannot listen on ${place}`, { cause, remedy: 'End what listens there already.' }),
      )
    })
    server.listen({ port, host }, () => resolve())
  })
}

const OK = 200
const NOT_FOUND = 404
const UNAVAILABLE = 503

function answer(url: string, response: ServerResponse, { metrics, unhealthy, unready, facts = {} }: Health): void {
  const path = url.replace(/\?.*$/, '')
  const fact = Object.hasOwn(facts, path) ? facts[path] : undefined
  const known = ['/metrics', '/healthz', '/readyz', ...Object.keys(facts)]
  if (path === '/metrics') send(response, OK, metrics(), 'text/plain; version=0.0.4; charset=utf-8')
  else if (path === '/healthz') sendState(response, unhealthy())
  else if (path === '/readyz') sendState(response, unready())
  else if (fact) sendFact(response, fact)
  else send(response, NOT_FOUND, `${known.join(', ')}\n`, 'text/plain')
}

function sendState(response: ServerResponse, wrong: string): void {
  send(response, wrong === '' ? OK : UNAVAILABLE, `${wrong || 'ok'}\n`, 'text/plain')
}

function sendFact(response: ServerResponse, fact: () => Promise<object>): void {
  fact().then(
    (found) => send(response, OK, `${JSON.stringify(found)}\n`, 'application/json'),
    (error: unknown) => send(response, UNAVAILABLE, `${messageOf(error)}\n`, 'text/plain'),
  )
}

function send(response: ServerResponse, status: number, text: string, contentType: string): void {
  response.writeHead(status, { 'content-type': contentType }).end(text)
}
