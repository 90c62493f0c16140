import { once } from 'node:events'
import { type AddressInfo, connect, createServer, isIPv6, type Server, type Socket } from 'node:net'
import { TcpMessages, withLength } from './tcp-messages.ts'
import type { Responder } from './udp-listener.ts'

const DNS_PORT = 53

/** The same over TCP: questions may share a connection with others that are passed on. Resolves with its port. */
export async function listenTcp(server: string, respond: Responder): Promise<number> {
  const listener: Server = createServer({ noDelay: true, allowHalfOpen: true }, (client) =>
    serve(client, server, respond),
  )
  listener.listen({ port: 0, host: isIPv6(server) ? '::1' : '127.0.0.1', backlog: 1_024 })
  await once(listener, 'listening')
  return (listener.address() as AddressInfo).port
}

function serve(client: Socket, server: string, respond: Responder): void {
  const questions = new TcpMessages()
  let upstream: Socket | undefined
  const toServer = () => {
    upstream ??= passBack(client, server)
    return upstream
  }
  client.on('error', () => undefined)
  client.on('data', (chunk: Buffer) => {
    for (const message of questions.take(chunk)) {
      const reply = respond(message.subarray(2))
      if (reply) client.write(withLength(reply))
      else toServer().write(message)
    }
  })
  client.once('end', () => (upstream ? upstream.end() : client.end()))
  client.once('close', () => upstream?.destroy())
}

/** Whole messages only: an answer of our own must not fall into the middle of one. */
function passBack(client: Socket, server: string): Socket {
  const upstream = connect({ host: server, port: DNS_PORT, noDelay: true, allowHalfOpen: true })
  const replies = new TcpMessages()
  upstream.on('error', () => client.destroy())
  upstream.on('data', (chunk: Buffer) => {
    for (const message of replies.take(chunk)) client.write(message)
  })
  upstream.once('end', () => client.end())
  return upstream
}
