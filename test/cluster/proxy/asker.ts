import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { addressText } from '../../../src/daemon/proxy/dns/addresses.ts'
import { parseReply, writeQuestion } from '../../../src/daemon/proxy/dns/message.ts'
import { TcpMessages, withLength } from '../../../src/daemon/proxy/dns/tcp-messages.ts'

/** An application that asks: `udp SERVER NAME`, `tcp SERVER NAME NAME…` (on one connection); UDP by the same socket all the time. */
const sockets = new Map<string, Promise<Socket>>()
let serial = 0

async function byUdp(server: string, name: string): Promise<readonly string[]> {
  const open = async () => {
    const socket = createSocket(server.includes(':') ? 'udp6' : 'udp4')
    socket.on('error', () => undefined)
    socket.connect(53, server)
    await once(socket, 'connect')
    return socket
  }
  const opening = sockets.get(server) ?? open()
  sockets.set(server, opening)
  const socket = await opening
  serial += 1
  const id = serial
  // As resolvers do: again when there is no answer in time.
  const send = () => socket.send(writeQuestion(id, name, 1), () => undefined)
  send()
  const again = setInterval(send, 300)
  for (;;) {
    const [bytes] = (await once(socket, 'message')) as [Buffer]
    const got = spoken(bytes, id)
    if (got === undefined) continue
    clearInterval(again)
    return [got]
  }
}

async function byTcp(server: string, names: readonly string[]): Promise<readonly string[]> {
  const socket = connect(53, server)
  const whole = Buffer.concat(names.map((name, at) => withLength(writeQuestion(1_000 + at, name, 1, 'not-ours'))))
  // Cut at an odd place, and a moment apart.
  socket.setNoDelay(true).write(whole.subarray(0, 5))
  setTimeout(() => socket.write(whole.subarray(5)), 20)
  const messages = new TcpMessages()
  const got: (string | undefined)[] = []
  for await (const chunk of socket) {
    for (const message of messages.take(chunk as Buffer)) {
      const bytes = message.subarray(2)
      got[bytes.readUInt16BE(0) - 1_000] = spoken(bytes, bytes.readUInt16BE(0))
    }
    if (Object.keys(got).length === names.length) break
  }
  return got.map(String)
}

function spoken(bytes: Buffer, id: number): string | undefined {
  const reply = parseReply(bytes, id, 1)
  return reply && (reply.rcode === 0 ? reply.records.map(addressText).join(' ') || 'nodata' : `rcode ${reply.rcode}`)
}

process.stdout.write('ready\n')
for await (const line of createInterface({ input: process.stdin })) {
  const [how, server = '', ...names] = line.split(' ')
  const answers = how === 'tcp' ? await byTcp(server, names) : await byUdp(server, names[0] ?? '')
  process.stdout.write(`${answers.join(',')}\n`)
}
