import { connect, type Socket } from 'node:net'

/** Ends a socket with a reset. One whose end is already being sent cannot be reset any more (libuv: EINVAL), and is closed. */
export function resetSocket(socket: Socket): void {
  if (socket.destroyed) return
  if (socket.writableEnded && !socket.writableFinished) socket.destroy()
  else socket.resetAndDestroy()
}

/** A connection of the proxy's own to where the client meant to go. Its failure closes it; nobody else is told. */
export function openUpstream(address: string, port: number): Socket {
  const upstream = connect({ host: address, port, allowHalfOpen: true, noDelay: true })
  upstream.on('error', () => undefined)
  return upstream
}

/** Passes bytes both ways until both sides have ended; a reset of one is a reset of the other. */
export function joinRaw(client: Socket, upstream: Socket): void {
  const pass = (from: Socket, to: Socket) => {
    from.once('error', () => resetSocket(to))
    from.once('close', () => {
      if (!from.readableEnded) to.destroy()
    })
    from.pipe(to)
  }
  pass(client, upstream)
  pass(upstream, client)
}

/** The address that a client connected to, as another socket understands it: an IPv4 one without its IPv6 form. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/, '')
}
