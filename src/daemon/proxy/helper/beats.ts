import { createSocket, type Socket } from 'node:dgram'
import type { Beat } from './messages.ts'

const EVERY_MS = 1_000

/**
 * Shows the kernel that this process lives and turns its event loop, one datagram a port and second. The rule that counts
 * them drops them, of which the sender is told as an error: that is how it should be.
 */
export function startBeats({ address, ports }: Beat): () => void {
  const socket: Socket = createSocket('udp4')
  socket.on('error', () => undefined)
  const beat = () => {
    for (const port of ports) socket.send('', port, address, () => undefined)
  }
  beat()
  const timer = setInterval(beat, EVERY_MS)
  return () => {
    clearInterval(timer)
    socket.close()
  }
}
