import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http'
import { type AddressInfo, connect, type Server as NetServer, type Socket } from 'node:net'
import { helperCountsSchema } from '../../../src/daemon/proxy/helper/messages.ts'
import { HttpProxy } from '../../../src/daemon/proxy/http/http-proxy.ts'
import type { HttpFault } from '../../../src/daemon/proxy/http/messages.ts'
import type { HttpFaultRule } from '../../../src/model/cluster/node-action.ts'
import type { HttpMatch } from '../../../src/model/recipe.ts'

const LONG_MS = 600_000
export const EVERYTHING: HttpMatch = { path: undefined, method: undefined, share: 1 }
export const NOTHING: HttpMatch = { path: '/never', method: undefined, share: 1 }
export const ABORT: HttpFaultRule = { rule: 'abort', status: 503 }

/** The port of a server that was made to listen on loopback. */
export async function portOf(server: NetServer): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

export interface Setting {
  readonly proxy: HttpProxy
  readonly appPort: number
  readonly add: (id: string, rule: HttpFaultRule, match?: HttpMatch, more?: Partial<HttpFault>) => Promise<number>
  readonly remove: (id: string) => Promise<unknown>
  readonly counts: (id: string) => Promise<ReturnType<typeof helperCountsSchema.parse>>
}

/** A proxy in front of a port of this machine, as a helper would run it in a pod. */
export function proxyFor(appPort: number): Setting {
  const proxy = new HttpProxy()
  let n = 0
  const ask = (what: 'add' | 'remove' | 'counters', id: string, fault?: unknown) => {
    n += 1
    return proxy.answer({ n, ask: what, id, fault })
  }
  return {
    proxy,
    appPort,
    add: async (id, rule, match = EVERYTHING, more = {}) => {
      const fault: HttpFault = {
        id,
        remainingMs: LONG_MS,
        beat: { address: '127.0.0.1', ports: [] },
        destinations: [{ address: '127.0.0.1', port: appPort }],
        match,
        rule,
        seed: 7,
        ...more,
      }
      const got = (await ask('add', id, fault)) as { readonly listeners: readonly number[] }
      return got.listeners[0] ?? 0
    },
    remove: (id) => ask('remove', id),
    counts: async (id) => helperCountsSchema.parse(await ask('counters', id)),
  }
}

export async function app(listener: RequestListener): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer(listener)
  return { server, port: await portOf(server) }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly trailers: IncomingMessage['trailers']
  readonly body: Buffer
}

/** One request by Node's own client. Rejects with its error. */
export async function ask(port: number, path: string, options: object = {}, body?: Buffer): Promise<Answer> {
  const asked = request({ host: '127.0.0.1', port, path, agent: false, ...options })
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  const { statusCode, headers, trailers } = answer
  return { status: statusCode ?? 0, headers, trailers, body: Buffer.concat(chunks) }
}

/** Says words over a connection and resolves with all that comes back until the other side ends it. */
export async function say(port: number, words: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.end(words)
  return heard(socket)
}

export async function heard(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('latin1')
}
