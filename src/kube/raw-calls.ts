import { type Call, type CallSettings, callServer } from './caller.ts'
import type { KubeClient, RawRequest } from './kube-client.ts'
import { queryOf } from './paths.ts'
import { type Asked, noAnswer, refusal } from './refusal.ts'

const ERROR_BYTES = 64 * 1024

/** The calls on any path. */
export function createRawCalls(settings: CallSettings): Pick<KubeClient, 'raw' | 'stream'> {
  return {
    raw: async (request) => {
      const { status, headers, body } = await callServer(rawCall(request, settings), settings)
      return { status, headers, body }
    },
    stream: (request) => stream(request, settings),
  }
}

/** Only reading is repeated, and of answers only the server's own 429: any other may be that of a program behind it. */
function rawCall(request: RawRequest, settings: CallSettings): Call {
  const { method, body } = request
  return {
    asked: askedRaw(request, settings),
    method,
    path: rawPath(request),
    headers: {
      ...(body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      ...request.headers,
    },
    body: body === undefined ? undefined : bytesOf(body),
    repeat: method === 'GET' ? 'safe' : 'unsent',
    retryServerErrors: false,
    signal: request.signal,
    timeoutMs: request.timeoutMs,
    maxBytes: request.maxBytes,
  }
}

function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

function rawPath({ path, query, dryRun }: RawRequest): string {
  const text = queryOf({ ...query, dryRun: dryRun ? 'All' : undefined })
  return path.includes('?') ? `${path}${text.replace('?', '&')}` : `${path}${text}`
}

const VERBS = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const

/** `/api/v1/namespaces/shop/pods/web-1/log` → get pods/log web-1 in shop. Any other path is named as it is. */
function askedRaw({ method, path }: RawRequest, { connection }: CallSettings): Asked {
  const parts = /^\/(?:api|apis\/([^/]+))\/[^/]+\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+)(?:\/([^/?]+))?)?/.exec(path)
  const [, group = '', namespace, plural, name, subresource] = parts ?? []
  return {
    verb: VERBS[method],
    group,
    resource: plural === undefined ? path : subresource === undefined ? plural : `${plural}/${subresource}`,
    namespace,
    name,
    server: connection.server,
    source: connection.source,
  }
}

async function* stream(request: RawRequest, settings: CallSettings): AsyncGenerator<Buffer> {
  const { signal } = request
  const asked = askedRaw(request, settings)
  try {
    const answer = await openStream(request, settings)
    const status = answer.statusCode ?? 0
    if (status < 200 || status > 299) throw refusal(asked, status, await beginning(answer))
    for await (const chunk of answer as AsyncIterable<Buffer>) yield chunk
    if (!answer.complete) throw noAnswer(asked, 'the stream was cut off')
  } catch (error) {
    // Who ends it knows that it ended.
    if (signal?.aborted) return
    if (error instanceof Error && 'code' in error && !('remedy' in error)) throw noAnswer(asked, error.message, error)
    throw error
  }
}

async function openStream(request: RawRequest, settings: CallSettings) {
  await settings.rateLimit.take(request.signal)
  const call = rawCall(request, settings)
  const limit = request.timeoutMs === undefined ? undefined : AbortSignal.timeout(Math.ceil(request.timeoutMs))
  const signals = [request.signal, limit].filter((signal) => signal !== undefined)
  const { credentials } = settings.connection
  const open = async () => {
    settings.sent()
    return settings.transport.send({
      method: call.method,
      path: call.path,
      headers: { 'user-agent': settings.userAgent, ...call.headers },
      body: call.body,
      credentials: await credentials.current(),
      signal: AbortSignal.any(signals),
      pool: 'streams',
    })
  }
  const first = await open()
  if (first.statusCode !== 401 || !(await credentials.renew())) return first
  first.resume()
  return open()
}

async function beginning(answer: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    chunks.push(chunk)
    length += chunk.length
    if (length > ERROR_BYTES) break
  }
  return Buffer.concat(chunks)
}
