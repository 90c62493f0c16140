import { connect, type Socket } from 'node:net'
import { answerFraming } from './http/body-length.ts'
import { Framer } from './http/framer.ts'
import { mayBecomeStatusLine, parseStatusLine } from './http/head.ts'
import type { LinkServer } from './link-server.ts'
import type { ProbeAnswer, ProbeRequest } from './link-types.ts'

/** A replica that takes a connection only to drop it does so at once. */
const SURVIVE_MS = 20

/**
 * Asks through a link as its consumer would. Not answered: refused, reset, ended early, or `timeoutMs` passed.
 * A TCP probe is answered when the connection was carried to the replica and the way back, and then stayed.
 */
export async function probeLink(link: LinkServer, { path, timeoutMs }: ProbeRequest): Promise<ProbeAnswer> {
  const start = performance.now()
  const socket = connect({ host: link.host, port: link.port, noDelay: true })
  try {
    return await new Promise<ProbeAnswer>((resolve) => {
      const timer = setTimeout(() => finish(false), timeoutMs)
      const finish = (answered: boolean, status?: number, at = performance.now()) => {
        clearTimeout(timer)
        resolve({ answered, ...(status === undefined ? {} : { status }), ms: at - start })
      }
      socket.on('error', () => finish(false))
      socket.on('close', () => finish(false))
      const arrived = path === undefined ? askTcp(socket, finish) : askHttp(socket, link.address, path, finish)
      // The connect call itself is made in the next tick, and gives the port before the link can see the connection.
      process.nextTick(() => link.expectProbe(socket.localPort ?? 0, arrived))
    })
  } finally {
    socket.destroy()
  }
}

type Finish = (answered: boolean, status?: number, at?: number) => void

function askTcp(socket: Socket, finish: Finish): () => void {
  socket.on('data', () => finish(true))
  socket.on('end', () => finish(false))
  return () => {
    const at = performance.now()
    setTimeout(() => finish(true, undefined, at), SURVIVE_MS)
  }
}

function askHttp(socket: Socket, host: string, path: string, finish: Finish): undefined {
  let status: number | undefined
  const framer = new Framer({ mayStart: mayBecomeStatusLine, framing: (head) => answerFraming(head, 'GET') })
  socket.on('data', (chunk: Buffer) => {
    for (const part of framer.feed(chunk)) {
      if (part.head && !part.interim) status = parseStatusLine(part.head.startLine)?.status
      if (part.last) finish(true, status)
    }
    if (framer.opaque) finish(false)
  })
  socket.on('end', () => finish(framer.end(), status))
  const target = path.replace(/[^\x21-\x7e]/g, encodeURIComponent)
  socket.write(
    `GET ${target} HTTP/1.1\r\nhost: ${host}\r\nuser-agent: seaworthy-probe\r\naccept: */*\r\nconnection: close\r\n\r\n`,
  )
  return undefined
}
