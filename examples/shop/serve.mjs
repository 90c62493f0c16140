import { createServer } from 'node:http'

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
  server.listen(Number(process.env.PORT), '127.0.0.1')
  process.on('SIGTERM', () => server.close(() => process.exit(0)))
}

function metrics(counts) {
  const lines = Object.entries(counts).map(([code, count]) => `http_requests_total{code="${code}"} ${count}`)
  return `# TYPE http_requests_total counter\n${lines.join('\n')}\n`
}
