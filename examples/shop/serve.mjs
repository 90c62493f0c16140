import { createServer } from 'node:http'

const STARTED_SECONDS = Date.now() / 1000

/** A small HTTP service: `/healthz`, Prometheus metrics, one route of its own, and an orderly end on SIGTERM. */
export function serve(path, handle) {
  const counts = { 200: 0, 503: 0 }
  const server = createServer(async (request, response) => {
    if (request.url === '/healthz') return response.end('ok')
    if (request.url === '/metrics') return response.end(metrics(counts))
    if (!request.url?.startsWith(path)) return response.writeHead(404).end()
    let status = 200
    let body
    try {
      body = await handle()
    } catch (error) {
      status = 503
      body = error.message
    }
    counts[status] += 1
    response.writeHead(status, { 'content-type': 'text/plain' }).end(body)
  })
  // What starts again is not there at once: a runtime warms up, caches fill.
  const listen = () => server.listen(Number(process.env.PORT), process.env.HOST ?? '127.0.0.1')
  setTimeout(listen, Number(process.env.WARM_UP_MS ?? 0))
  process.on('SIGTERM', () => server.close(() => process.exit(0)))
}

function metrics(counts) {
  const lines = Object.entries(counts).map(([code, count]) => `http_requests_total{code="${code}"} ${count}`)
  // With this Prometheus can tell a counter that began at nothing from one that it sees for the first time.
  const started = `# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds ${STARTED_SECONDS}\n`
  return `# TYPE http_requests_total counter\n${lines.join('\n')}\n${started}`
}
