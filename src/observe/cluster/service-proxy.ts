import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { messageOf } from '../../kit/errors.ts'
import type { KubeClient } from '../../kube/kube-client.ts'

export interface ServiceProxy {
  /** A base URL on this machine's loopback; whoever does not know its first segment gets nothing. */
  readonly url: string
  readonly close: () => Promise<void>
}

const TIME_LIMIT_MS = 30_000
const MOST_BYTES = 64 * 1024 * 1024

/**
 * Lets whoever speaks HTTP here ask a service or pod in the cluster, through the API server's own proxy and with our
 * credentials: `path` is `/api/v1/namespaces/NS/services/NAME:PORT/proxy`. Only GET and POST, as Prometheus' API needs.
 */
export async function openServiceProxy(client: KubeClient, path: string): Promise<ServiceProxy> {
  const secret = randomBytes(12).toString('hex')
  const server = createServer((request, response) => {
    forward(client, path, secret, request, response).catch((error) => refuse(response, 502, messageOf(error)))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  server.unref()
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/${secret}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function forward(
  client: KubeClient,
  path: string,
  secret: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const method = request.method
  if (!url.pathname.startsWith(`/${secret}/`) || (method !== 'GET' && method !== 'POST')) {
    refuse(response, 404, 'not found')
    return
  }
  const body = method === 'POST' ? await textOf(request) : undefined
  const contentType = request.headers['content-type']
  const answer = await client.raw({
    method,
    path: `${path}${url.pathname.slice(secret.length + 1)}`,
    query: Object.fromEntries(url.searchParams),
    ...(body === undefined ? {} : { body }),
    ...(contentType === undefined ? {} : { contentType }),
    timeoutMs: TIME_LIMIT_MS,
    maxBytes: MOST_BYTES,
  })
  response.writeHead(answer.status, { 'content-type': answer.headers['content-type'] ?? 'application/octet-stream' })
  response.end(answer.body)
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function refuse(response: ServerResponse, status: number, why: string): void {
  if (response.headersSent) response.destroy()
  else response.writeHead(status, { 'content-type': 'text/plain' }).end(why)
}
