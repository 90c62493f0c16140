import type { Socket } from 'node:net'

/**
 * Ends a socket with a reset. Node cannot reset a socket whose end is being sent, and then loses the handle without
 * ever closing it (libuv, uv_tcp_close_reset: EINVAL while shutting down). Without bytes left that is over in a moment;
 * with bytes that nobody takes it may never be, so that it is closed instead.
 */
export function resetSocket(socket: Socket): void {
  if (socket.destroyed) return
  if (!socket.writableEnded || socket.writableFinished) socket.resetAndDestroy()
  else if (socket.writableLength > 0) socket.destroy()
  else socket.once('finish', () => resetSocket(socket))
}
