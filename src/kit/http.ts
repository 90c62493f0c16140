import axios, { type AxiosResponse } from 'axios'

/** The one door to axios: an answer, or the way in which there was none. Never throws, never retries, never follows a redirect. */
export type HttpOutcome =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly contentType: string
      readonly location: string
      readonly text: string
    }
  | { readonly kind: HttpTrouble; readonly detail: string }

type HttpTrouble =
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'dns'
  | 'unreachable'
  | 'tls'
  | 'too-large'
  | 'cancelled'
  | 'failed'

export interface HttpCall {
  readonly url: string
  /** Query parameters; sent as a form in the body when they would make the address too long for proxies. */
  readonly parameters: Readonly<Record<string, string>>
  readonly token: string | undefined
  /** For the whole answer, not only for its first byte. */
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly signal?: AbortSignal | undefined
}

const LONGEST_QUERY = 1_500

/** Asks once. The token is in no outcome: axios' own errors, which carry the request, stay in here. */
export async function askHttp(call: HttpCall): Promise<HttpOutcome> {
  const deadline = AbortSignal.timeout(call.timeoutMs)
  try {
    const answer = await axios.request<string>({
      ...requestOf(call),
      responseType: 'text',
      transformResponse: (text: string) => text,
      validateStatus: () => true,
      maxRedirects: 0,
      maxContentLength: call.maxBytes,
      signal: call.signal ? AbortSignal.any([deadline, call.signal]) : deadline,
      ...(isLoopback(call.url) ? { proxy: false as const } : {}),
    })
    return outcomeOf(answer)
  } catch (error) {
    if (call.signal?.aborted) return { kind: 'cancelled', detail: 'cancelled' }
    if (deadline.aborted) return { kind: 'timeout', detail: `no answer within ${call.timeoutMs} ms` }
    return troubleOf(error)
  }
}

function requestOf({ url, parameters, token }: HttpCall) {
  const form = new URLSearchParams(parameters).toString()
  const headers = { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
  if (form.length > LONGEST_QUERY) {
    return {
      method: 'POST',
      url,
      data: form,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    }
  }
  return { method: 'GET', url: form === '' ? url : `${url}?${form}`, headers }
}

function outcomeOf(answer: AxiosResponse<string>): HttpOutcome {
  return {
    kind: 'answer',
    status: answer.status,
    contentType: String(answer.headers['content-type'] ?? ''),
    location: String(answer.headers.location ?? ''),
    text: typeof answer.data === 'string' ? answer.data : '',
  }
}

const TROUBLE: readonly (readonly [RegExp, HttpTrouble, string])[] = [
  [/^ECONNREFUSED$/, 'refused', 'the connection was refused'],
  [/^(ECONNRESET|EPIPE)$/, 'reset', 'the connection was reset'],
  [/^(ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT)$/, 'timeout', 'the connection timed out'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'dns', 'the name could not be resolved'],
  [/^(EHOSTUNREACH|ENETUNREACH)$/, 'unreachable', 'there is no route to it'],
  [/^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO)/, 'tls', 'its certificate was not accepted'],
]

function troubleOf(error: unknown): HttpOutcome {
  const { code, message } = error as { code?: unknown; message?: unknown }
  const text = typeof message === 'string' ? message : 'unknown error'
  if (/maxContentLength/.test(text)) return { kind: 'too-large', detail: 'the answer was too large' }
  if (/aborted|socket hang up/.test(text))
    return { kind: 'reset', detail: 'the connection was closed in the middle of the answer' }
  const name = typeof code === 'string' ? code : ''
  const known = TROUBLE.find(([pattern]) => pattern.test(name))
  return known
    ? { kind: known[1], detail: known[2] }
    : { kind: 'failed', detail: name === '' ? 'the request failed' : `the request failed: ${name}` }
}

/** A proxy from the environment cannot reach this machine's own loopback. */
function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname)
}
