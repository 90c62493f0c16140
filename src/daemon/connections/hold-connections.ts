import { connect, type Socket } from 'node:net'

export interface Place {
  readonly address: string
  readonly port: number
}

const CONNECT_MS = 2_000
/** A server that closes what it gets is not to be drowned in attempts: that would be another fault. */
const ATTEMPTS_EACH_TICK = 50
const TICK_MS = 50

/**
 * Idle connections, opened in turn to each place, at most a thousand a second; what is closed is opened again. They are
 * read, so that a good-bye is noticed, and say nothing.
 */
export class HeldConnections {
  readonly #places: readonly Place[]
  readonly #wanted: number
  readonly #sockets = new Set<Socket>()
  readonly #timer: NodeJS.Timeout
  readonly #tried = Promise.withResolvers<void>()
  #attempts = 0
  #settled = 0
  #open = 0

  /** Resolves when as many have been tried as are wanted. */
  readonly tried = this.#tried.promise

  constructor(places: readonly Place[], wanted: number) {
    this.#places = places
    this.#wanted = wanted
    this.#timer = setInterval(() => this.#fill(), TICK_MS)
    this.#fill()
  }

  /** `refused`: wanted, tried, and not open now. */
  counts(): { readonly open: number; readonly refused: number } {
    return { open: this.#open, refused: Math.min(this.#settled, this.#wanted) - Math.min(this.#open, this.#settled) }
  }

  close(): void {
    clearInterval(this.#timer)
    for (const socket of this.#sockets) socket.destroy()
  }

  #fill(): void {
    for (let at = 0; at < ATTEMPTS_EACH_TICK && this.#sockets.size < this.#wanted; at += 1) this.#connect()
  }

  #connect(): void {
    const place = this.#places[this.#attempts % this.#places.length]
    if (!place) return
    this.#attempts += 1
    const socket = connect({ host: place.address, port: place.port, timeout: CONNECT_MS })
    this.#sockets.add(socket)
    let settled = false
    let open = false
    const settle = () => {
      if (settled) return
      settled = true
      this.#settled += 1
      if (this.#settled === this.#wanted) this.#tried.resolve()
    }
    socket.once('connect', () => {
      socket.setTimeout(0)
      open = true
      this.#open += 1
      settle()
    })
    socket.once('timeout', () => socket.destroy())
    socket.on('error', () => undefined).resume()
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (open) this.#open -= 1
      settle()
    })
  }
}
