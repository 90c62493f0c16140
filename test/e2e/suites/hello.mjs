import { createServer } from 'node:http'

/** Answers, or does what its environment says: fail every request, or none. */
const status = Number(process.env.STATUS ?? 200)
const server = createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok')
  return response.writeHead(status, { 'content-type': 'text/plain' }).end('hello')
})
server.listen(Number(process.env.PORT), '127.0.0.1')
process.on('SIGTERM', () => server.close(() => process.exit(0)))
