import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const MOST_BYTES = 4 * 1024 * 1024
export const TOKEN_HEADER = 'x-seaworthy-token'

/**
 * Stands beside the Prometheus of a run: the command line tells it which pods there are, and Prometheus asks it. So neither
 * of them needs a right on the API. Whoever does not know the token can tell it nothing. Returns the server and its port.
 */
export async function serveTargets(
  port: number,
  token: string,
): Promise<{ readonly server: Server; readonly port: number }> {
  let groups = '[]'
  const server = createServer((request, response) => {
    if (request.url !== '/targets') response.writeHead(404).end()
    else if (request.method === 'GET') response.writeHead(200, { 'content-type': 'application/json' }).end(groups)
    else if (!knows(request, token)) response.writeHead(403).end()
    else
      listOf(request).then(
        (list) => {
          groups = list
          response.writeHead(204).end()
        },
        () => response.writeHead(400).end(),
      )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, resolve)
  })
  return { server, port: (server.address() as AddressInfo).port }
}

function knows(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(String(request.headers[TOKEN_HEADER] ?? ''))
  const wanted = Buffer.from(token)
  return token !== '' && given.length === wanted.length && timingSafeEqual(given, wanted)
}

async function listOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length
    if (bytes > MOST_BYTES) throw new Error('too large')
    chunks.push(chunk as Buffer)
  }
  const list: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  if (!Array.isArray(list)) throw new Error('not a list')
  return JSON.stringify(list)
}
