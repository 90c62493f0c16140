import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'

const DNS_PORT = 53
const FLOW_IDLE_MS = 15_000
const MOST_FLOWS = 2_048

/** The answer in the resolver's place; undefined passes the question on. */
export type Responder = (query: Buffer) => Buffer | undefined

interface Flow {
  readonly socket: Socket
  /** To the resolver: nobody else can answer in its name. */
  readonly connected: Promise<unknown>
  readonly timer: NodeJS.Timeout
}

/**
 * Answers questions to one resolver, or passes them on to it and back, untouched. It listens on loopback alone: from there
 * the kernel gives the answers the resolver's address again, which it would not do from a socket for every address.
 */
export class UdpListener {
  readonly #server: string
  readonly #respond: Responder
  readonly #socket: Socket
  readonly #flows = new Map<string, Flow>()

  constructor(server: string, respond: Responder) {
    this.#server = server
    this.#respond = respond
    this.#socket = createSocket(isIPv6(server) ? 'udp6' : 'udp4')
    this.#socket.on('message', (query, { address, port }) => this.#take(query, address, port))
  }

  /** Resolves with its port. Throws the system's error. */
  async listen(): Promise<number> {
    this.#socket.bind(0, isIPv6(this.#server) ? '::1' : '127.0.0.1')
    await once(this.#socket, 'listening')
    this.#socket.on('error', () => undefined)
    return this.#socket.address().port
  }

  #take(query: Buffer, address: string, port: number): void {
    const reply = this.#respond(query)
    if (reply) this.#socket.send(reply, port, address, () => undefined)
    else {
      const { socket, connected } = this.#flow(address, port)
      void connected.then(() => socket.send(query, () => undefined)).catch(() => undefined)
    }
  }

  /** One socket to the resolver for each of the pod's, so that ids of different askers cannot meet. */
  #flow(address: string, port: number): Flow {
    const key = `${address} ${port}`
    const known = this.#flows.get(key)
    if (known) {
      known.timer.refresh()
      return known
    }
    if (this.#flows.size >= MOST_FLOWS) this.#close(this.#flows.keys().next().value ?? '')
    const socket = createSocket(isIPv6(this.#server) ? 'udp6' : 'udp4')
    socket.on('error', () => undefined)
    socket.on('message', (reply) => this.#socket.send(reply, port, address, () => undefined))
    socket.connect(DNS_PORT, this.#server)
    const connected = once(socket, 'connect')
    connected.catch(() => undefined)
    const flow = { socket, connected, timer: setTimeout(() => this.#close(key), FLOW_IDLE_MS) }
    this.#flows.set(key, flow)
    return flow
  }

  #close(key: string): void {
    const flow = this.#flows.get(key)
    this.#flows.delete(key)
    clearTimeout(flow?.timer)
    flow?.socket.close()
  }
}
