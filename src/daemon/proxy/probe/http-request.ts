import { request } from 'node:http'
import { isIPv6 } from 'node:net'
import { PROBE_FIELD } from '../http/messages.ts'
import { wordOf } from './tcp-answer.ts'

export interface HttpAsk {
  readonly address: string
  readonly port: number
  readonly path: string
  /** `GRPC` is an empty gRPC call by HTTP/2 without TLS; every other is a method of HTTP/1.1. */
  readonly method: string
  readonly timeoutMs: number
  /** The proxy's secret; undefined when there is no proxy. */
  readonly secret: string | undefined
}

/** What one request got: `503`, `grpc 14`, or `reset`, `refused`, `timeout`, `unreachable`, `failed`. */
export interface HttpGot {
  readonly answer: string
  readonly tookMs: number
}

export async function askOnce(ask: HttpAsk): Promise<HttpGot> {
  const since = performance.now()
  const answer = await (ask.method === 'GRPC' ? grpcAnswer(ask) : httpAnswer(ask)).catch(wordOf)
  return { answer, tookMs: performance.now() - since }
}

function fieldsOf({ secret }: HttpAsk): Readonly<Record<string, string>> {
  return { 'user-agent': 'seaworthy', ...(secret === undefined ? {} : { [PROBE_FIELD]: secret }) }
}

async function httpAnswer(ask: HttpAsk): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const { address: host, port, path, method, timeoutMs } = ask
  const asked = request({ host, port, path, method, agent: false, headers: { ...fieldsOf(ask), connection: 'close' } })
  const timer = setTimeout(() => asked.destroy(Object.assign(new Error('timeout'), { code: 'timeout' })), timeoutMs)
  asked.once('error', reject)
  asked.once('response', (answer) => {
    answer.on('error', () => undefined).resume()
    resolve(String(answer.statusCode))
    answer.once('close', () => asked.destroy())
  })
  asked.end()
  return promise.finally(() => clearTimeout(timer))
}

async function grpcAnswer(ask: HttpAsk): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  // Loaded only for gRPC: it is 6 MB of memory that a daemon at rest has no use for.
  const { connect } = process.getBuiltinModule('node:http2')
  const session = connect(`http://${isIPv6(ask.address) ? `[${ask.address}]` : ask.address}:${ask.port}`)
  session.on('error', reject)
  const timer = setTimeout(() => reject(Object.assign(new Error('timeout'), { code: 'timeout' })), ask.timeoutMs)
  const call = session.request({
    ':method': 'POST',
    ':path': ask.path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...fieldsOf(ask),
  })
  let status = 'failed'
  const read = (fields: Readonly<Record<string, unknown>>) => {
    if (fields['grpc-status'] !== undefined) status = `grpc ${String(fields['grpc-status'])}`
    else if (fields[':status'] !== undefined && fields[':status'] !== 200) status = String(fields[':status'])
  }
  call.on('response', read).on('trailers', read).on('error', reject).resume()
  call.once('close', () => resolve(status))
  // One message of no bytes: a flag and a length.
  call.end(Buffer.alloc(5))
  return promise.finally(() => {
    clearTimeout(timer)
    session.destroy()
  })
}
