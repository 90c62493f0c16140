import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { LinkFacts } from '../../../../src/model/inventory.ts'
import type { LinkRule } from '../../../../src/model/recipe.ts'
import { createLinkTable } from '../../../../src/platform/process/link/link-table.ts'
import type { Backend, Link, LinkTable } from '../../../../src/platform/process/link/link-types.ts'

const LOOPBACK = '127.0.0.1'

export function facts(from = 'web', to = 'api', replica = `${from}-1`): LinkFacts {
  return { id: `${replica}>${to}:http`, from: { workload: from, replica }, to: { workload: to, port: 'http' } }
}

async function listening<Listener extends Server | HttpServer>(server: Listener): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve))
  return (server.address() as AddressInfo).port
}

export interface Replica {
  readonly backend: Backend
  readonly sockets: Set<Socket>
  readonly close: () => Promise<void>
}

async function replicaOf(name: string, server: Server | HttpServer): Promise<Replica> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  const port = await listening(server)
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
    return closed
  }
  onTestFinished(close)
  return { backend: { replica: name, host: LOOPBACK, port }, sockets, close }
}

export function tcpReplica(serve: (socket: Socket) => void, name = 'api-1'): Promise<Replica> {
  return replicaOf(name, createServer({ allowHalfOpen: true, noDelay: true }, serve))
}

export function echoReplica(name = 'api-1'): Promise<Replica> {
  return tcpReplica((socket) => socket.pipe(socket), name)
}

export function httpReplica(serve: RequestListener, name = 'api-1'): Promise<Replica> {
  const server = createHttpServer(serve)
  server.keepAliveTimeout = 60_000
  return replicaOf(name, server)
}

export function serverReplica(server: Server | HttpServer, name = 'api-1'): Promise<Replica> {
  return replicaOf(name, server)
}

export function table(): LinkTable {
  const links = createLinkTable()
  onTestFinished(() => links.close())
  return links
}

/** A table with one link from `web-1` to these replicas. */
export async function linked(
  ...replicas: readonly Replica[]
): Promise<{ readonly links: LinkTable; readonly link: Link }> {
  const links = table()
  const link = await links.open(facts(), () => replicas.map(({ backend }) => backend))
  return { links, link }
}

/** A raw connection, with everything that it got. */
export interface Wire {
  readonly socket: Socket
  readonly text: () => string
  readonly bytes: () => Buffer
  readonly send: (data: string | Uint8Array) => void
  /** `end`: the other side ended; `reset`: it reset; undefined: neither. */
  readonly fate: () => 'end' | 'reset' | undefined
}

export async function dial(link: { readonly host: string; readonly port: number }): Promise<Wire> {
  const socket = connect({ host: link.host, port: link.port, allowHalfOpen: true, noDelay: true })
  const got: Buffer[] = []
  let fate: 'end' | 'reset' | undefined
  socket.on('data', (chunk: Buffer) => got.push(chunk))
  socket.on('end', () => {
    fate ??= 'end'
  })
  socket.on('error', () => {
    fate = 'reset'
  })
  onTestFinished(() => void socket.destroy())
  await until(() => !socket.connecting)
  const bytes = () => Buffer.concat(got)
  return {
    socket,
    text: () => bytes().toString('latin1'),
    bytes,
    send: (data) => void socket.write(data),
    fate: () => fate,
  }
}

/** Waits for a condition; the test's own time limit ends a wait for what never comes. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(2)
}

export function delay(
  latencyMs: number,
  direction: 'to-server' | 'to-client' | 'both' = 'both',
  jitterMs = 0,
): LinkRule {
  return { rule: 'delay', direction, latencyMs, jitterMs, distribution: 'uniform', seed: 1 }
}

export function partition(manner: 'hang' | 'refuse', direction: 'to-server' | 'to-client' | 'both' = 'both'): LinkRule {
  return { rule: 'partition', direction, manner }
}

export function bandwidth(bytesPerSecond: number, direction: 'to-server' | 'to-client' | 'both' = 'both'): LinkRule {
  return { rule: 'bandwidth', direction, bytesPerSecond }
}

const EVERY = { path: undefined, method: undefined, share: 1 } as const

export function abort(
  status: number | undefined,
  match: Partial<{ path: string; method: string; share: number }> = {},
): LinkRule {
  return { rule: 'http-abort', match: { ...EVERY, ...match }, status, seed: 1 }
}

export function httpDelay(
  delayMs: number,
  match: Partial<{ path: string; method: string; share: number }> = {},
): LinkRule {
  return { rule: 'http-delay', match: { ...EVERY, ...match }, delayMs, jitterMs: 0, seed: 1 }
}

export function replace(
  what: { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
  match: Partial<{ path: string; method: string; share: number }> = {},
): LinkRule {
  return {
    rule: 'http-replace',
    match: { ...EVERY, ...match },
    status: what.status,
    headers: what.headers ?? {},
    body: what.body,
    seed: 1,
  }
}

export function get(path: string, ...headers: readonly string[]): string {
  return ['GET '.concat(path, ' HTTP/1.1'), 'host: api', ...headers, '', ''].join('\r\n')
}
