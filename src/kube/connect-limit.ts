import type { Socket } from 'node:net'

/** Of a connection that was given up before it was made: nothing was sent on it. */
export const NO_CONNECTION = 'ENOCONNECTION'

/**
 * Gives a connection up that is not made in time: its error has the code NO_CONNECTION. The kernel asks again after 1, 3, 7
 * and 15 s; where nobody answered at first, as on the address of a service that has no server yet, a new one is there sooner.
 */
export function limitConnecting(socket: Socket, limitMs: number): void {
  if (!socket.connecting) return
  const giveUp = () => {
    const error = Object.assign(new Error(`no connection within ${limitMs} ms`), { code: NO_CONNECTION })
    if (socket.connecting) socket.destroy(error)
  }
  // A process that was held up itself hears first of what has come meanwhile.
  const timer = setTimeout(() => setImmediate(giveUp), limitMs)
  const stop = () => clearTimeout(timer)
  socket.once('connect', stop)
  socket.once('close', stop)
}
