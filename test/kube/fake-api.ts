import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../src/kit/clock.ts'
import { type CredentialSource, fixedCredentials, type KubeConnection } from '../../src/kube/connection.ts'
import { createKubeClient, type KubeClientOptions } from '../../src/kube/create-kube-client.ts'

/** A request as the server got it. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Answer = (response: ServerResponse, request: Seen) => void

export interface FakeApi {
  readonly url: string
  readonly seen: Seen[]
  /** Connections that are open now. */
  readonly open: () => number
  /** Answers to the next requests, in order; the last one stays. */
  readonly script: (...answers: Answer[]) => void
}

/** A server that answers as it is told, over a real socket. */
export async function fakeApi(...answers: Answer[]): Promise<FakeApi> {
  const seen: Seen[] = []
  let script = answers
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://server')
      const one: Seen = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      seen.push(one)
      const answer = script.length > 1 ? script.shift() : script[0]
      if (answer) answer(response, one)
      else response.destroy()
    })
  })
  let open = 0
  server.on('connection', (socket) => {
    open += 1
    socket.once('close', () => {
      open -= 1
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    open: () => open,
    script: (...next) => {
      script = next
    },
  }
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }

/** A refusal as the API writes it. */
export const refuses = (code: number, reason: string, message = reason, details?: object, headers = {}): Answer =>
  json(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details }, headers)

export const resets: Answer = (response) => {
  response.socket?.resetAndDestroy()
}

/** Takes the request and never answers. */
export const hangs: Answer = () => undefined

export const text =
  (status: number, body: string): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'text/html' })
    response.end(body)
  }

/** Time that passes only by sleeping. */
export function skippingClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = []
  let passed = 0
  return {
    slept,
    now: () => 1_700_000_000_000 + passed,
    monotonic: () => passed,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      slept.push(ms)
      passed += ms
    },
  }
}

export function connectionTo(url: string, credentials?: CredentialSource): KubeConnection {
  return {
    server: url,
    source: 'context test of kubeconfig',
    namespace: 'default',
    tls: { ca: undefined, serverName: undefined, insecure: false },
    credentials: credentials ?? fixedCredentials({ token: 'sesame' }),
    headers: {},
    proxy: undefined,
  }
}

/** A client of the server, with waits that are told and not waited for. */
export function clientOf(api: FakeApi, options: KubeClientOptions = {}, credentials?: CredentialSource) {
  const clock = skippingClock()
  const client = createKubeClient(connectionTo(api.url, credentials), { clock, random: () => 0.5, ...options })
  onTestFinished(client.close)
  return { client, clock }
}

export function configMap(name: string, version: number, labels: Record<string, string> = {}) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: String(version), labels },
  }
}
