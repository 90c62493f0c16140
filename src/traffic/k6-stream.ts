import * as z from 'zod'

/**
 * Lines of `k6 run --out json=-` (grafana.com/docs/k6/latest/results-output/real-time/json; seen with k6 1.8.1).
 * The points of one request share their time stamp, which is its end, and come one after the other:
 * http_reqs, http_req_duration, http_req_blocked, …, http_req_failed.
 */
export interface K6Request {
  /** When the user asked: the end less all of the waiting. Milliseconds since the epoch. */
  readonly dueMs: number
  /** Waiting for a connection, connecting and the exchange. */
  readonly latencyMs: number
  /** Undefined when k6 counts it as answered. */
  readonly failure: string | undefined
}

export interface K6Listener {
  readonly onRequest: (request: K6Request) => void
  /** k6 had no virtual user free to send as many as were planned. */
  readonly onDropped: (count: number, atMs: number) => void
  /** The latest time stamp of any point. */
  readonly onTime: (ms: number) => void
}

const pointSchema = z.object({
  type: z.literal('Point'),
  metric: z.string(),
  data: z.object({ time: z.string(), value: z.number(), tags: z.record(z.string(), z.string()).nullish() }),
})

interface Open {
  readonly time: string
  durationMs: number
  blockedMs: number
  failed: boolean | undefined
  tags: Readonly<Record<string, string>>
}

/** Takes one line after the other. Lines that are no points are passed over. */
export function createK6Reader(listener: K6Listener): {
  readonly line: (text: string) => void
  readonly end: () => void
} {
  let open: Open | undefined
  const flush = () => {
    if (open) listener.onRequest(toRequest(open))
    open = undefined
  }
  return {
    line: (text) => {
      const point = parsePoint(text)
      if (point === undefined) return
      const { time, value, tags } = point.data
      listener.onTime(Date.parse(time))
      if (point.metric === 'dropped_iterations') listener.onDropped(value, Date.parse(time))
      if (point.metric === 'http_reqs' || (point.metric === 'http_req_duration' && open?.time !== time)) {
        flush()
        open = { time, durationMs: 0, blockedMs: 0, failed: undefined, tags: tags ?? {} }
      }
      if (open === undefined || open.time !== time) return
      if (point.metric === 'http_req_duration') open.durationMs = value
      if (point.metric === 'http_req_blocked') open.blockedMs = value
      if (point.metric === 'http_req_failed') {
        open.failed = value !== 0
        flush()
      }
    },
    end: flush,
  }
}

/** Most lines are about something else, and a request has nine: they are not worth parsing. */
const WANTED = /"metric":"(?:http_reqs|http_req_duration|http_req_blocked|http_req_failed|dropped_iterations|vus)"/

function parsePoint(text: string): z.infer<typeof pointSchema> | undefined {
  if (!text.includes('"Point"') || !WANTED.test(text)) return undefined
  try {
    const point = pointSchema.safeParse(JSON.parse(text))
    return point.success && Number.isFinite(Date.parse(point.data.data.time)) ? point.data : undefined
  } catch {
    return undefined
  }
}

function toRequest({ time, durationMs, blockedMs, failed, tags }: Open): K6Request {
  const latencyMs = durationMs + blockedMs
  // A script that switched off k6's own opinion (setResponseCallback(null)) leaves the status to us.
  const isFailed = failed ?? failsByStatus(tags)
  return { dueMs: Date.parse(time) - latencyMs, latencyMs, failure: isFailed ? failureOf(tags) : undefined }
}

function failsByStatus(tags: Readonly<Record<string, string>>): boolean {
  const status = Number(tags.status ?? 0)
  return !(status >= 200 && status < 400)
}

/** k6's error codes (grafana.com/docs/k6/latest/javascript-api/error-codes) in our words. */
const BY_CODE: readonly (readonly [RegExp, string])[] = [
  [/^(1050|1211)$/, 'timeout'],
  [/^11\d\d$/, 'dns'],
  [/^1212$/, 'connection refused'],
  [/^(1201|1220)$/, 'connection reset'],
  [/^13\d\d$/, 'tls'],
]

function failureOf(tags: Readonly<Record<string, string>>): string {
  const status = Number(tags.status ?? 0)
  if (status >= 100 && status <= 999) return `status ${status}`
  if (tags.error === 'EOF' || tags.error === 'unexpected EOF') return 'connection reset'
  const code = tags.error_code ?? ''
  const known = BY_CODE.find(([pattern]) => pattern.test(code))
  return known ? known[1] : /^\d{4}$/.test(code) ? `k6 error ${code}` : 'request failed'
}
