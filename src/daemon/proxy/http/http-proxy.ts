import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, isIPv6, type Server, type Socket } from 'node:net'
import type { Ask } from '../helper/messages.ts'
import { type HelperPipes, type HelperWork, serveHelper } from '../helper/serve.ts'
import { firstWords } from './first-words.ts'
import { Http1 } from './http1.ts'
import { Http2 } from './http2.ts'
import type { Link } from './link.ts'
import type { Destination, HttpFault } from './messages.ts'
import { ActiveRule, destinationKey } from './rules.ts'
import { joinRaw, openUpstream, plainAddress, resetSocket } from './sockets.ts'

/** Connections that were led here stay here; those that are idle or speak something else for so long are closed. */
const LEAVE_MS = 30_000
/** A connection that was led here just before the way was taken away may not have come in yet. */
const LATECOMERS_MS = 1_000

/**
 * The HTTP proxy of one pod, in the pod's network namespace, for all its faults. Requests that no fault takes are passed on
 * as they came. When the last fault is over each answer ends its connection (`connection: close`, for HTTP/2 GOAWAY), so
 * that clients come back past the proxy; what is still open 30 s later is closed, and the proxy ends. Connections that
 * were open before a fault have never been here, and the fault does not act on them.
 */
export class HttpProxy implements HelperWork {
  readonly #secret = randomUUID()
  readonly #rules = new Map<string, ActiveRule>()
  readonly #listeners = new Map<string, Promise<number>>()
  readonly #connections = new Set<Socket>()
  readonly #http1 = new Http1()
  readonly #http2 = new Http2()
  readonly #done = Promise.withResolvers<void>()
  #timers: NodeJS.Timeout[] = []
  #late = true

  readonly done = this.#done.promise

  async answer({ ask, id, fault }: Ask): Promise<unknown> {
    if (ask === 'add') return { listeners: await this.#add(fault as HttpFault) }
    if (ask === 'secret') return this.#secret
    if (ask === 'counters') return this.#rules.get(id)?.counts()
    this.#rules.get(id)?.end()
    this.#rules.delete(id)
    this.#quiet()
    return undefined
  }

  async #add(fault: HttpFault): Promise<readonly number[]> {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer)
    this.#late = true
    const ports: number[] = []
    for (const destination of fault.destinations) ports.push(await this.#listen(destination))
    const known = this.#rules.get(fault.id)
    if (known?.active) known.retarget(fault)
    else this.#rules.set(fault.id, new ActiveRule(fault, () => this.#quiet()))
    return ports
  }

  #listen(destination: Destination): Promise<number> {
    const key = destinationKey(destination)
    const known = this.#listeners.get(key) ?? this.#open(destination)
    this.#listeners.set(key, known)
    return known
  }

  async #open(destination: Destination): Promise<number> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
      void this.#receive(client, destination)
    })
    await bind(server, destination)
    return (server.address() as AddressInfo).port
  }

  async #receive(client: Socket, { address, port }: Destination): Promise<void> {
    this.#connections.add(client)
    client
      .on('error', () => undefined)
      .once('close', () => {
        this.#connections.delete(client)
        this.#endIfIdle()
      })
    const to = address ?? plainAddress(client.localAddress)
    const upstream = openUpstream(to, port)
    const key = destinationKey({ address, port })
    const rules = () => [...this.#rules.values()].filter((rule) => rule.actsOn(key))
    const link: Link = { client, upstream, address: to, port, rules, secret: this.#secret }
    const protocol = await firstWords(client, upstream)
    if (protocol === 'gone') {
      resetSocket(client)
      upstream.destroy()
    } else if (protocol === 'http1') this.#http1.serve(link)
    else if (protocol === 'http2' && rules().some(({ rule }) => rule.rule === 'grpc-abort')) this.#http2.serve(link)
    else {
      for (const rule of rules()) rule.raw += 1
      joinRaw(client, upstream)
    }
  }

  /** The last fault is over: wait for the connections to leave. */
  #quiet(): void {
    if ([...this.#rules.values()].some(({ active }) => active)) return
    this.#http2.leave()
    this.#late = true
    for (const timer of this.#timers.splice(0)) clearTimeout(timer)
    this.#timers = [
      setTimeout(() => {
        this.#late = false
        this.#endIfIdle()
      }, LATECOMERS_MS),
      setTimeout(() => this.#leave(), LEAVE_MS),
    ]
  }

  #endIfIdle(): void {
    const quiet = ![...this.#rules.values()].some(({ active }) => active)
    if (quiet && !this.#late && this.#connections.size === 0) this.#done.resolve()
  }

  #leave(): void {
    for (const client of this.#connections) client.end()
    this.#timers.push(setTimeout(() => this.#done.resolve(), LATECOMERS_MS))
  }
}

/** `internal http-proxy`: until its input ends, or its last fault is over and its connections have left. */
export async function runHttpProxy(pipes: HelperPipes): Promise<number> {
  return serveHelper(pipes, new HttpProxy())
}

/** What comes from outside is redirected to the pod's own address, what the pod sends to loopback. */
async function bind(server: Server, { address }: Destination): Promise<void> {
  const hosts = address === undefined ? ['::', '0.0.0.0'] : [isIPv6(address) ? '::1' : '127.0.0.1']
  for (const host of hosts) {
    server.listen({ port: 0, host, backlog: 4_096 })
    const bound = await once(server, 'listening').then(
      () => true,
      (error: unknown) => error,
    )
    if (bound === true) return
    if (host === hosts.at(-1)) throw bound
  }
}
