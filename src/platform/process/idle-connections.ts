import { connect, type Socket } from 'node:net'
import type { Address } from './replica-environment.ts'

export interface IdleConnectionsOptions {
  readonly count: number
  /** Where the connections go, in turn; asked at each attempt, as a replica may get another port. */
  readonly targets: () => readonly Address[]
}

/** Connections that a client opened and forgot. */
export interface IdleConnections {
  /** `refused`: those whose last attempt was refused, closed at once, or not taken in time. */
  readonly count: () => { readonly open: number; readonly refused: number }
  /** Resolves when each has been tried once. */
  readonly tried: Promise<void>
  readonly close: () => void
}

const CONNECT_MS = 1_000
const AGAIN_MS = 250

/** Opens idle TCP connections and holds them; one that is closed is opened again. */
export function openIdleConnections({ count, targets }: IdleConnectionsOptions): IdleConnections {
  const slots = Array.from({ length: count }, (_, index) => new Slot(index, targets))
  const tried = Promise.all(slots.map((slot) => slot.tried)).then(() => {})
  return {
    count: () => ({
      open: slots.filter(({ state }) => state === 'open').length,
      refused: slots.filter(({ state }) => state === 'refused').length,
    }),
    tried,
    close: () => {
      for (const slot of slots) slot.close()
    },
  }
}

class Slot {
  state: 'trying' | 'open' | 'refused' | 'closed' = 'trying'
  readonly tried: Promise<void>
  readonly #index: number
  readonly #targets: () => readonly Address[]
  readonly #settle: () => void
  #socket: Socket | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(index: number, targets: () => readonly Address[]) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.tried = promise
    this.#settle = resolve
    this.#index = index
    this.#targets = targets
    this.#open()
  }

  close(): void {
    this.state = 'closed'
    clearTimeout(this.#timer)
    this.#socket?.destroy()
    this.#settle()
  }

  #open(): void {
    const targets = this.#targets()
    const target = targets[this.#index % Math.max(1, targets.length)]
    if (!target) {
      this.#failed()
      return
    }
    const socket = connect({ host: target.host, port: target.port, timeout: CONNECT_MS })
    this.#socket = socket
    socket.once('connect', () => {
      socket.setTimeout(0)
      this.state = 'open'
      this.#settle()
    })
    socket.once('timeout', () => socket.destroy())
    // What a service says before it is asked, and its good-bye, are read so that a closed connection is noticed.
    socket.on('error', () => {}).resume()
    socket.once('close', () => this.#failed())
  }

  #failed(): void {
    if (this.state === 'closed') return
    this.state = 'refused'
    this.#settle()
    this.#timer = setTimeout(() => this.#open(), AGAIN_MS)
  }
}
