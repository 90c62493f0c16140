import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { addressText } from '../dns/addresses.ts'
import { parseReply, RCODES, type Reply, TYPE_A, TYPE_AAAA, writeQuestion } from '../dns/message.ts'
import { wordOf } from './tcp-answer.ts'

const DNS_PORT = 53

export interface DnsAsk {
  readonly server: string
  readonly name: string
  readonly family: 4 | 6
  readonly timeoutMs: number
  readonly mark: string | undefined
}

/** What one question got: the addresses, or `nodata`, `servfail`, `nxdomain`, `rcode N`, `timeout`, `refused`, `failed`. */
export async function askDnsOnce(ask: DnsAsk): Promise<{ readonly answer: string; readonly tookMs: number }> {
  const since = performance.now()
  const answer = await question(ask).catch(wordOf)
  return { answer, tookMs: performance.now() - since }
}

async function question({ server, name, family, timeoutMs, mark }: DnsAsk): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const id = randomInt(65_536)
  const type = family === 6 ? TYPE_AAAA : TYPE_A
  const socket = createSocket(isIPv6(server) ? 'udp6' : 'udp4')
  const timer = setTimeout(() => reject(Object.assign(new Error('timeout'), { code: 'timeout' })), timeoutMs)
  socket.once('error', reject)
  socket.on('message', (bytes) => {
    const reply = parseReply(bytes, id, type)
    if (reply) resolve(spoken(reply))
  })
  socket.connect(DNS_PORT, server, () => socket.send(writeQuestion(id, name, type, mark)))
  return promise.finally(() => {
    clearTimeout(timer)
    socket.close()
  })
}

function spoken({ rcode, records }: Reply): string {
  const word = Object.entries(RCODES).find(([, code]) => code === rcode)?.[0]
  if (word === undefined) return `rcode ${rcode}`
  if (word !== 'noerror') return word
  const addresses = records.map(addressText).filter((address) => address !== undefined)
  return addresses.length === 0 ? 'nodata' : addresses.join(', ')
}
