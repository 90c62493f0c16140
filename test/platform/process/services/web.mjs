import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'

/** A tiny service. What it does besides answering is said in its environment. */
const {
  PORT,
  PORT_PEER,
  SEAWORTHY_REPLICA: REPLICA,
  UNREADY_WHILE,
  IGNORE_TERM,
  GOODBYE_MS,
  DAEMON,
  LINE,
  CHILD,
  MAX_CONNECTIONS,
} = process.env

if (IGNORE_TERM) process.on('SIGTERM', () => console.log('not yet'))
if (GOODBYE_MS) process.on('SIGTERM', () => setTimeout(() => process.exit(console.log('goodbye')), Number(GOODBYE_MS)))
if (DAEMON) spawn('setsid', ['sh', '-c', 'sleep 1001 & exec sleep 1000'], { stdio: 'ignore', detached: true }).unref()
if (CHILD) spawn(process.execPath, ['-e', `setInterval(() => {}, 1000) // ${CHILD}`], { stdio: 'ignore' })

const routes = {
  '/healthz': (_, response) => response.writeHead(UNREADY_WHILE && existsSync(UNREADY_WHILE) ? 503 : 200).end('ok'),
  '/who': (_, response) => response.end(REPLICA),
  '/env': (_, response) => response.end(JSON.stringify(process.env)),
  '/metrics': (_, response) => response.end(`replica_info{name="${REPLICA}"} 1\n`),
  '/exit': (request) => process.exit(Number(new URL(request.url, 'http://x').searchParams.get('code') ?? 1)),
  '/api': async (_, response) =>
    response.end(await (await fetch(`${process.env.API_URL}/who`, { headers: { connection: 'close' } })).text()),
}

const answer = (request, response) => {
  const route = routes[new URL(request.url, 'http://x').pathname]
  if (route) return route(request, response)
  return response.writeHead(404).end()
}

const server = createServer(answer).listen(Number(PORT), '127.0.0.1', () => console.log(LINE ?? `listening on ${PORT}`))
if (MAX_CONNECTIONS) server.maxConnections = Number(MAX_CONNECTIONS)
if (PORT_PEER) createServer((_, response) => response.end(`peer of ${REPLICA}`)).listen(Number(PORT_PEER), '127.0.0.1')
