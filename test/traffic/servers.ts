import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { systemClock } from '../../src/kit/clock.ts'
import type { RunEventBody } from '../../src/model/events.ts'
import type { HttpRequestSpec, TrafficSpec } from '../../src/model/suite.ts'
import { createTraffic } from '../../src/traffic/create-traffic.ts'

type HttpSpec = Extract<TrafficSpec, { kind: 'http' }>

/** A real HTTP server on a free loopback port, stopped with the test. */
export async function serve(
  listener: RequestListener,
): Promise<{ readonly url: string; readonly server: Server; readonly stop: () => Promise<void> }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, stop }
}

/** A server that does what it likes with each connection. */
export async function serveTcp(
  listener: (socket: Socket) => void,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const open = new Set<Socket>()
  const server = createTcpServer((socket) => {
    open.add(socket)
    socket.on('error', () => {})
    listener(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async () => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop }
}

/** The address of a port on which nothing listens. */
export async function deadUrl(): Promise<string> {
  const { url, stop } = await serve(() => {})
  await stop()
  return url
}

export function request(changes: Partial<HttpRequestSpec> = {}): HttpRequestSpec {
  return {
    url: 'http://web/',
    method: 'GET',
    headers: {},
    body: undefined,
    weight: 1,
    expect: { status: undefined, body: undefined },
    ...changes,
  }
}

export function httpSpec(changes: Partial<HttpSpec> = {}): HttpSpec {
  return { kind: 'http', ratePerSecond: 100, timeoutMs: 10_000, keepAlive: false, requests: [request()], ...changes }
}

/** Traffic to one server, whatever service the suite names. */
export function trafficTo(url: string, spec: HttpSpec) {
  const events: RunEventBody[] = []
  const resolve = (asked: string) => asked.replace('http://web', url)
  let startedMs: number | undefined
  const now = () => {
    const ms = Date.now()
    startedMs ??= ms
    return ms
  }
  const setting = {
    resolve,
    seed: 1,
    clock: { ...systemClock, now },
    emit: (event: RunEventBody) => events.push(event),
  }
  const traffic = createTraffic(spec, { ...setting, workFolder: '/nowhere', environment: {} })
  // The generator asks for the time first when it starts: that is when its first request is due.
  return { traffic, events, startedMs: () => startedMs ?? Number.NaN }
}

/** Starts traffic, lets `ms` of requests become due, and returns their records. */
export async function recordsOf(url: string, spec: HttpSpec, ms: number) {
  const { traffic, startedMs } = trafficTo(url, spec)
  await traffic.start(new AbortController().signal)
  const startMs = startedMs()
  await traffic.settle(startMs + ms)
  const records = traffic.records(startMs, startMs + ms)
  await traffic.stop()
  return { records, startMs, stats: traffic.stats() }
}

/** By kind of failure, how many. */
export function failures(records: {
  readonly length: number
  readonly ok: Uint8Array
  readonly failure: Uint8Array
  readonly failureKinds: readonly string[]
}): Record<string, number> {
  const counts: Record<string, number> = {}
  for (let index = 0; index < records.length; index += 1) {
    const kind = records.failureKinds[records.failure[index] ?? 0] ?? '?'
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}
