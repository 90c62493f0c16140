import { spawn } from 'node:child_process'
import { createServer, get } from 'node:http'

/** A service that asks another one, where it has one, for each page, and says 502 when that fails. */
const { PORT, API_URL, CHILD } = process.env

if (CHILD) spawn(process.execPath, ['-e', `setInterval(() => {}, 1000) // ${CHILD}`], { stdio: 'ignore' })

const page = (request, response) => {
  if (request.url === '/healthz' || API_URL === undefined) return response.end('ok')
  const fail = () => (response.headersSent ? response.destroy() : response.writeHead(502).end())
  const asked = get(`${API_URL}/who`, { agent: false, timeout: 500 }, (answer) => {
    answer.on('error', fail)
    response.writeHead(answer.statusCode)
    answer.pipe(response)
  })
  asked.on('timeout', () => asked.destroy(new Error('too late'))).on('error', fail)
}

createServer(page).listen(Number(PORT), '127.0.0.1')
