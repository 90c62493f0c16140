import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A small service with real counters, that can be stopped and begin again from zero at the same address. */
export interface MetricsServer {
  readonly target: string
  readonly count: (code: '200' | '500', seconds?: number) => void
  readonly setLag: (value: number | undefined) => void
  readonly scrapes: () => number
  readonly down: () => Promise<void>
  /** Begins again: a new process has counted nothing. */
  readonly up: (fresh: boolean) => Promise<void>
}

const EDGES = [0.1, 0.3, 1]

export async function startMetricsServer(namespace: string): Promise<MetricsServer> {
  let counts = emptyCounts()
  let lag: number | undefined = 5
  let scrapes = 0
  let server: Server | undefined
  let port = 0
  const up = async () => {
    const next = createServer((_, answer) => {
      scrapes += 1
      answer.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
      answer.end(exposition(counts, namespace, lag))
    })
    await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve))
    port = (next.address() as AddressInfo).port
    server = next
  }
  await up()
  return {
    target: `127.0.0.1:${port}`,
    count: (code, seconds = 0.05) => {
      counts.codes[code] += 1
      counts.seconds.push(seconds)
    },
    setLag: (value) => {
      lag = value
    },
    scrapes: () => scrapes,
    down: async () => {
      server?.closeAllConnections()
      await new Promise((resolve) => server?.close(resolve))
    },
    up: async (fresh) => {
      if (fresh) counts = emptyCounts()
      await up()
    },
  }
}

function emptyCounts() {
  return { codes: { '200': 0, '500': 0 }, seconds: [] as number[] }
}

function exposition(
  { codes, seconds }: ReturnType<typeof emptyCounts>,
  namespace: string,
  lag: number | undefined,
): string {
  const label = `namespace="${namespace.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
  // Counters of a label appear with the first event, as those of most client libraries do.
  const requests = Object.entries(codes).flatMap(([code, count]) =>
    count === 0 && code !== '200' ? [] : [`http_requests_total{${label},code="${code}"} ${count}`],
  )
  const within = (edge: number) => seconds.filter((one) => one <= edge).length
  const buckets = [
    ...EDGES.map((edge) => `http_seconds_bucket{${label},le="${edge}"} ${within(edge)}`),
    `http_seconds_bucket{${label},le="+Inf"} ${seconds.length}`,
  ]
  return [
    '# TYPE http_requests_total counter',
    ...requests,
    '# TYPE http_seconds histogram',
    ...buckets,
    `http_seconds_count{${label}} ${seconds.length}`,
    `http_seconds_sum{${label}} ${seconds.reduce((a, b) => a + b, 0)}`,
    '# TYPE queue_lag_seconds gauge',
    ...(lag === undefined ? [] : [`queue_lag_seconds{${label}} ${lag}`]),
    '',
  ].join('\n')
}
