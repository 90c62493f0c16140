import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { ExpectSpec, HttpRequestSpec } from '../model/suite.ts'
import { failureOfError } from './failure-kinds.ts'

/** How a request ended. `ours`: this machine could not send it. */
export type Ended =
  | { readonly as: 'ok' }
  | { readonly as: 'failed'; readonly kind: string }
  | { readonly as: 'ours'; readonly detail: string }

/** Where requests go and how: the address is resolved, the rest is as in the suite. */
export interface Destination {
  readonly url: URL
  readonly spec: HttpRequestSpec
}

export interface Connections {
  readonly optionsFor: (url: URL) => { readonly agent: HttpAgent | false }
  readonly close: () => void
}

/** More of a body than this is not read: what is expected must stand within. */
const BODY_CAP_BYTES = 1_048_576

/** A new connection each, as from many users; or connections that are kept, as from one. */
export function createConnections(keepAlive: boolean): Connections {
  if (!keepAlive) return { optionsFor: () => ({ agent: false }), close: () => {} }
  const http = new HttpAgent({ keepAlive: true })
  const https = new HttpsAgent({ keepAlive: true })
  return {
    optionsFor: (url) => ({ agent: url.protocol === 'https:' ? https : http }),
    close: () => {
      http.destroy()
      https.destroy()
    },
  }
}

/**
 * Sends once, follows no redirect, tries nothing again. `ended` is called once, unless the returned function was called before:
 * that drops the request and its connection.
 */
export function sendRequest(
  destination: Destination,
  connections: Connections,
  ended: (how: Ended) => void,
): () => void {
  let open = true
  const finish = (how: Ended) => {
    if (!open) return
    open = false
    ended(how)
  }
  const request = openRequest(destination, connections)
  request.on('error', (error) => finish(endedByError(error)))
  request.on('response', (answer) => judgeAnswer(answer, destination.spec.expect, finish))
  request.end(destination.spec.body)
  return () => {
    open = false
    request.destroy()
  }
}

function openRequest({ url, spec }: Destination, connections: Connections): ClientRequest {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  return send(url, {
    method: spec.method,
    headers: { 'user-agent': 'seaworthy', ...spec.headers, ...lengthOf(spec) },
    ...connections.optionsFor(url),
  })
}

/** Without it Node sends a body in chunks, which not every service takes. */
function lengthOf({ body }: HttpRequestSpec): Record<string, number> {
  return body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
}

function endedByError(error: Error): Ended {
  const kind = failureOfError(error)
  return kind === undefined ? { as: 'ours', detail: error.message } : { as: 'failed', kind }
}

function judgeAnswer(answer: IncomingMessage, expect: ExpectSpec, finish: (how: Ended) => void): void {
  const status = answer.statusCode ?? 0
  const chunks: Buffer[] = []
  let bytes = 0
  const judge = () => finish(judgeContent(status, chunks, expect))
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (expect.body !== undefined) chunks.push(chunk)
    if (bytes < BODY_CAP_BYTES) return
    judge()
    answer.destroy()
  })
  answer.on('end', judge)
  answer.on('error', () => finish({ as: 'failed', kind: 'answer cut short' }))
  answer.on('close', () => finish({ as: 'failed', kind: 'answer cut short' }))
}

function judgeContent(status: number, chunks: readonly Buffer[], expect: ExpectSpec): Ended {
  const expected = expect.status === undefined ? status >= 200 && status < 400 : expect.status.includes(status)
  if (!expected) return { as: 'failed', kind: `status ${status}` }
  if (expect.body !== undefined && !Buffer.concat(chunks).includes(expect.body))
    return { as: 'failed', kind: 'body did not match' }
  return { as: 'ok' }
}
