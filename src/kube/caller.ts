import type { IncomingMessage } from 'node:http'
import type { Clock } from '../kit/clock.ts'
import { isSeaworthyError, messageOf } from '../kit/errors.ts'
import { createMask } from '../kit/mask.ts'
import { NO_CONNECTION } from './connect-limit.ts'
import type { Credentials, KubeConnection } from './connection.ts'
import type { RateLimit } from './rate-limit.ts'
import { type Asked, noAnswer } from './refusal.ts'
import { readStatus } from './server-words.ts'
import type { Transport } from './transport.ts'

/** When a request may be sent again: `safe` whatever became of it; `unsent` only while the server cannot have acted on it. */
type Repeat = 'safe' | 'unsent'

export interface Call {
  readonly asked: Asked
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
  readonly repeat: Repeat
  /** Statuses other than 401 and 429 that are worth asking again. */
  readonly retryServerErrors: boolean
  readonly signal: AbortSignal | undefined
  readonly timeoutMs: number | undefined
  readonly maxBytes: number | undefined
}

export interface CallAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** An earlier attempt got no usable answer, so the server may have acted on it. */
  readonly repeated: boolean
}

export interface CallSettings {
  readonly connection: KubeConnection
  readonly transport: Transport
  readonly rateLimit: RateLimit
  readonly clock: Clock
  readonly random: () => number
  /** For all attempts of a call together, and for one of them. */
  readonly deadlineMs: number
  readonly attemptMs: number
  readonly backoff: { readonly firstMs: number; readonly longestMs: number }
  readonly userAgent: string
  readonly sent: () => void
}

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024
const RETRIED_STATUS = new Set([500, 502, 503, 504])
/** The connection was never made, so nothing was sent. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPROXY',
  NO_CONNECTION,
])

/** Too large an answer, a certificate that is not accepted: the same the next time. */
const IN_VAIN =
  /^(ETOOLARGE|CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_|ERR_INVALID_|ERR_OSSL_|ERR_SSL_.*(CERTIFICATE|UNKNOWN_CA))/

type Attempt =
  | { readonly answer: Omit<CallAnswer, 'repeated'> }
  | { readonly error: unknown; readonly code: string; readonly detail: string }

/** Sends a call until it has an answer that stands. Throws KubeError with status 0 without one, and the signal's reason. */
export async function callServer(call: Call, settings: CallSettings): Promise<CallAnswer> {
  const { clock } = settings
  const endsAt = clock.monotonic() + (call.timeoutMs ?? settings.deadlineMs)
  let repeated = false
  let renewed = false
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await attemptOnce(call, settings, endsAt - clock.monotonic())
    if ('answer' in outcome && outcome.answer.status === 401 && !renewed) {
      renewed = true
      if (await settings.connection.credentials.renew()) continue
    }
    const waitMs = retryAfterMs(call, outcome, attempt, settings)
    const isLast = waitMs === undefined || clock.monotonic() + waitMs >= endsAt
    if (isLast) return standing(call, outcome, repeated, attempt + 1)
    repeated ||= !('answer' in outcome) ? !NEVER_SENT.has(outcome.code) : outcome.answer.status !== 429
    await clock.sleep(waitMs, call.signal)
  }
}

function standing(call: Call, outcome: Attempt, repeated: boolean, attempts: number): CallAnswer {
  if ('answer' in outcome) return { ...outcome.answer, repeated }
  const again = attempts > 1 ? `, at the last of ${attempts} attempts` : ''
  throw noAnswer(call.asked, `${outcome.detail}${again}`, outcome.error)
}

async function attemptOnce(call: Call, settings: CallSettings, remainingMs: number): Promise<Attempt> {
  await settings.rateLimit.take(call.signal)
  const limitMs = Math.max(1, Math.ceil(Math.min(settings.attemptMs, remainingMs)))
  const timeout = AbortSignal.timeout(limitMs)
  const signal = call.signal ? AbortSignal.any([timeout, call.signal]) : timeout
  try {
    const credentials = await settings.connection.credentials.current()
    settings.sent()
    const headers = { 'user-agent': settings.userAgent, ...call.headers }
    const { method, path, body } = call
    const answer = await settings.transport.send({ method, path, headers, body, credentials, signal, pool: 'requests' })
    return { answer: withoutToken(await readAnswer(answer, call.maxBytes ?? DEFAULT_MAX_BYTES, signal), credentials) }
  } catch (error) {
    if (call.signal?.aborted) throw call.signal.reason
    // What we say ourselves, about a token file or a plugin, is not the server's silence.
    if (isSeaworthyError(error)) throw error
    if (timeout.aborted) return { error: undefined, code: 'ETIMEDOUT', detail: `none within ${limitMs} ms` }
    return { error, code: codeOf(error), detail: detailOf(error) }
  }
}

async function readAnswer(answer: IncomingMessage, maxBytes: number, signal: AbortSignal) {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) {
      answer.destroy()
      throw Object.assign(new Error(`the answer has more than ${maxBytes} bytes`), { code: 'ETOOLARGE' })
    }
    chunks.push(chunk)
  }
  signal.throwIfAborted()
  if (!answer.complete) throw Object.assign(new Error('the answer was cut off'), { code: 'ECONNRESET' })
  return { status: answer.statusCode ?? 0, headers: plainHeaders(answer), body: Buffer.concat(chunks) }
}

/** A refusal is quoted in messages, and a proxy in between may repeat in it what it was sent. */
function withoutToken<A extends Omit<CallAnswer, 'repeated'>>(answer: A, { token }: Credentials): A {
  if (answer.status < 400 || token === undefined) return answer
  return { ...answer, body: Buffer.from(createMask([token])(answer.body.toString('utf8'))) }
}

function plainHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

/** How long to wait before the next attempt, or undefined when the outcome stands. */
function retryAfterMs(call: Call, outcome: Attempt, attempt: number, settings: CallSettings): number | undefined {
  const backoffMs = jittered(settings, attempt)
  if (!('answer' in outcome)) {
    if (IN_VAIN.test(outcome.code)) return undefined
    return call.repeat === 'safe' || NEVER_SENT.has(outcome.code) ? backoffMs : undefined
  }
  const { status, headers, body } = outcome.answer
  if (!isRetried(call, status, body)) return undefined
  return Math.max(backoffMs, askedForMs(headers, body) ?? 0)
}

function isRetried(call: Call, status: number, body: Buffer): boolean {
  // 429 with a Status comes before the request was acted on; an eviction's 429 is an answer, and is asked for by `unsent`.
  if (status === 429) return call.retryServerErrors || (call.repeat === 'safe' && readStatus(body) !== undefined)
  return call.retryServerErrors && call.repeat === 'safe' && RETRIED_STATUS.has(status)
}

function askedForMs(headers: Readonly<Record<string, string>>, body: Buffer): number | undefined {
  const seconds = Number(headers['retry-after'] ?? readStatus(body)?.details?.retryAfterSeconds)
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined
}

/** Doubles up to the longest, and a random half of it is left out, so that many clients do not come back at once. */
export function jittered({ backoff, random }: Pick<CallSettings, 'backoff' | 'random'>, attempt: number): number {
  const fullMs = Math.min(backoff.longestMs, backoff.firstMs * 2 ** Math.min(attempt, 30))
  return fullMs * (0.5 + random() / 2)
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

function detailOf(error: unknown): string {
  const code = codeOf(error)
  // OpenSSL's messages are lines of addresses and files; its reason is what it means.
  const { reason } = error as { readonly reason?: unknown }
  const words = code.startsWith('ERR_SSL') && typeof reason === 'string' ? reason : messageOf(error)
  return code === '' || words.includes(code) ? words : `${words} (${code})`
}
