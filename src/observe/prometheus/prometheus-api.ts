import * as z from 'zod'
import type { Clock } from '../../kit/clock.ts'
import { askHttp, type HttpOutcome } from '../../kit/http.ts'
import { createMask } from '../../kit/mask.ts'
import { envelopeSchema } from './answers.ts'
import { quote, Unmeasurable } from './unmeasurable.ts'

export interface PrometheusSetting {
  /** With the path that the API is served under, if any. */
  readonly url: string
  readonly token: string | undefined
  readonly scrapeMs: number
  readonly clock: Clock
  /** For one question with all its repetitions. */
  readonly deadlineMs?: number
  readonly maxBytes?: number
  /** Spreads the repetitions; numbers in [0, 1). */
  readonly random?: () => number
}

/** Asks one endpoint. Throws Unmeasurable for every kind of answer that is not one. */
export interface PrometheusApi {
  readonly ask: <Data>(
    path: string,
    parameters: Readonly<Record<string, string>>,
    schema: z.ZodType<Data>,
  ) => Promise<Answered<Data>>
  readonly setting: PrometheusSetting
}

interface Answered<Data> {
  readonly data: Data
  readonly warnings: readonly string[]
}

const DEADLINE_MS = 10_000
const MAX_BYTES = 64 * 1024 * 1024
const BACKOFF = { firstMs: 100, mostMs: 2_000 }

export function createPrometheusApi(setting: PrometheusSetting): PrometheusApi {
  return {
    setting,
    ask: async (path, parameters, schema) => {
      const outcome = await askUntilAnswered(setting, path, parameters)
      const envelope = readEnvelope(outcome, setting)
      const data = schema.safeParse(envelope.data)
      if (!data.success)
        throw new Unmeasurable(
          'NO_DATA',
          `Prometheus answered in a form that is not known: ${quote(z.prettifyError(data.error))}`,
        )
      return { data: data.data, warnings: envelope.warnings ?? [] }
    },
  }
}

/**
 * Repeats what may pass by itself, with longer and longer pauses that differ from client to client, until the deadline.
 * Where the deadline cuts the last attempt short, the one before says more.
 */
async function askUntilAnswered(
  setting: PrometheusSetting,
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<HttpOutcome> {
  const { clock, token, deadlineMs = DEADLINE_MS, maxBytes = MAX_BYTES, random = Math.random } = setting
  const deadline = clock.monotonic() + deadlineMs
  let before: HttpOutcome | undefined
  for (let pauseMs = BACKOFF.firstMs; ; pauseMs = Math.min(BACKOFF.mostMs, pauseMs * 2)) {
    const leftMs = Math.max(1, deadline - clock.monotonic())
    const url = endpoint(setting.url, path)
    const outcome = await askHttp({ url, parameters, token, timeoutMs: Math.ceil(leftMs), maxBytes })
    if (outcome.kind === 'timeout' && before !== undefined) return before
    const waitMs = pauseMs * (0.5 + random())
    if (!mayPass(outcome) || clock.monotonic() + waitMs >= deadline) return outcome
    before = outcome
    await clock.sleep(waitMs)
  }
}

function mayPass(outcome: HttpOutcome): boolean {
  if (outcome.kind === 'answer') return outcome.status >= 500 || outcome.status === 429
  return (
    outcome.kind === 'refused' ||
    outcome.kind === 'reset' ||
    outcome.kind === 'unreachable' ||
    outcome.kind === 'timeout'
  )
}

function endpoint(url: string, path: string): string {
  const base = new URL(url)
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/api/v1/${path}`
  base.search = ''
  base.hash = ''
  return base.href
}

/** Where Prometheus is, without the user and password that an address may carry. */
function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname === '/' ? '' : pathname}`
}

function readEnvelope(outcome: HttpOutcome, { url, token }: PrometheusSetting) {
  const where = `Prometheus at ${shownUrl(url)}`
  if (outcome.kind === 'too-large')
    throw new Unmeasurable('NO_DATA', `${where} answered with too much data; narrow the query with more labels`)
  if (outcome.kind !== 'answer') throw new Unmeasurable('NO_DATA', `${where} did not answer: ${outcome.detail}`)
  const { status, contentType, text } = outcome
  if (status >= 300 && status < 400)
    throw new Unmeasurable(
      'NO_DATA',
      `${where} redirects (${status}), as a login page does; give an address that needs no login, or a token`,
    )
  if (status === 401 || status === 403)
    throw new Unmeasurable(
      'NO_DATA',
      `${where} refused access (${status}); set prometheus.token-from to the variable that holds a valid token`,
    )
  const envelope = envelopeSchema.safeParse(parseJson(text))
  if (!envelope.success) {
    const what =
      /html/i.test(contentType) || /^\s*</.test(text) ? 'a web page, perhaps a login' : 'something that is not its API'
    throw new Unmeasurable('NO_DATA', `${where} answered with ${what} (status ${status})`)
  }
  if (envelope.data.status === 'error') {
    // Before it is cut: half of a token that a server repeats would not be known again.
    const mask = createMask(token === undefined ? [] : [token])
    throw new Unmeasurable(
      'NO_DATA',
      `${where} refused the query (${status} ${quote(mask(envelope.data.errorType ?? 'error'))}): ${quote(mask(envelope.data.error ?? ''))}`,
    )
  }
  if (status !== 200) throw new Unmeasurable('NO_DATA', `${where} answered with status ${status}`)
  return envelope.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
