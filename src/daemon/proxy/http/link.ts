import { Agent, type ClientRequest } from 'node:http'
import type { Socket } from 'node:net'
import type { ActiveRule } from './rules.ts'
import { openUpstream } from './sockets.ts'

/** One connection of a client and where it leads. */
export interface Link {
  readonly client: Socket
  /** Already open; the first requests go there. */
  readonly upstream: Socket
  readonly address: string
  readonly port: number
  /** Rules that act on it now. */
  readonly rules: () => readonly ActiveRule[]
  readonly secret: string
}

export interface OpenLink extends Link {
  readonly agent: OneUpstream
  /** Requests that are not answered. */
  busy: number
  turn: Promise<void>
  /** The request that is with the service. */
  current: ClientRequest | undefined
}

/** Ends our side towards the service once the client has ended its own and all that it asked was passed on. */
export function farewell({ client, current, busy }: OpenLink): void {
  if (client.readableEnded && busy === 1 && current?.writableFinished) current.socket?.end()
}

/** One connection to the service for each of the client's, open for as long as the service wants it to be. */
export class OneUpstream extends Agent {
  readonly #link: Link
  readonly #onClose: () => void
  #first: Socket | undefined

  constructor(link: Link, onClose: () => void) {
    super({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1 })
    this.#link = link
    this.#onClose = onClose
    this.#first = link.upstream
  }

  override createConnection(): Socket {
    const socket = this.take()
    socket.allowHalfOpen = false
    socket.once('close', this.#onClose)
    return socket.resume()
  }

  /** The connection that is open already, or else another one. */
  take(): Socket {
    const first = this.#first
    this.#first = undefined
    return first && !first.destroyed ? first : openUpstream(this.#link.address, this.#link.port)
  }

  /** Node would close it before the time that the service gave, on which the client relies. */
  override keepSocketAlive(): boolean {
    return true
  }
}

/** What Node refuses to write ends one connection and not the proxy. */
export function orClose({ client }: Link, work: () => void): void {
  try {
    work()
  } catch {
    client.destroy()
  }
}
