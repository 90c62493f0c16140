import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { addressBytes } from '../../../src/daemon/proxy/dns/addresses.ts'
import { parseQuestion, TYPE_A, writeAnswer } from '../../../src/daemon/proxy/dns/message.ts'
import { TcpMessages, withLength } from '../../../src/daemon/proxy/dns/tcp-messages.ts'

/** The resolver of a test, at the addresses it is told, by UDP and TCP: every name is 10.9.8.7, and every question comes back with it. */
function reply(query: Buffer): Buffer {
  const question = parseQuestion(query)
  if (!question) return query
  const record = question.type === TYPE_A ? addressBytes('10.9.8.7') : undefined
  return writeAnswer(query, question, { rcode: 0, records: record ? [record] : [] })
}

for (const address of process.argv.slice(2)) {
  const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  udp.on('message', (query, from) => udp.send(reply(query), from.port, from.address))
  await new Promise<void>((resolve) => udp.bind(53, address, () => resolve()))
  const tcp = createServer((socket) => {
    const messages = new TcpMessages()
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      // One byte at a time, so that whoever reads has to put it together.
      for (const message of messages.take(chunk))
        for (const byte of withLength(reply(message.subarray(2)))) socket.write(Buffer.from([byte]))
    })
  })
  await new Promise<void>((resolve) => tcp.listen(53, address, () => resolve()))
}
process.stdout.write('listening\n')
