import { METHODS } from 'node:http'
import type { Socket } from 'node:net'

export type Protocol = 'http1' | 'http2' | 'other'

/** The first bytes of HTTP/2 without TLS and without upgrade (RFC 9113 §3.4). */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const LONGEST_LINE = 65_536
const REQUEST_LINE = /^([A-Z-]+) [^ ]+ HTTP\/1\.[01]\r?$/

/** What a client speaks, from its first bytes; undefined while they could be more than one. A TLS record is another protocol. */
export function protocolOf(bytes: Buffer): Protocol | undefined {
  const text = bytes.toString('latin1', 0, LONGEST_LINE)
  if (text.startsWith(PREFACE)) return 'http2'
  if (PREFACE.startsWith(text)) return undefined
  const end = text.indexOf('\n')
  if (end === -1) return text.length < LONGEST_LINE && mayBeRequest(text) ? undefined : 'other'
  const method = REQUEST_LINE.exec(text.slice(0, end))?.[1]
  return method !== undefined && METHODS.includes(method) ? 'http1' : 'other'
}

function mayBeRequest(text: string): boolean {
  const space = text.indexOf(' ')
  return space === -1 ? METHODS.some((method) => method.startsWith(text)) : METHODS.includes(text.slice(0, space))
}

/** A server of HTTP/2 may send its settings before it hears a word: a frame of type 4 on stream 0 (RFC 9113 §3.4, §6.5). */
export function maySpeakHttp2(bytes: Buffer): boolean {
  const head = [0, undefined, undefined, 4, 0, 0, 0, 0, 0]
  return head.every((byte, at) => byte === undefined || at >= bytes.length || bytes[at] === byte)
}

/**
 * Waits until the client's protocol is known; a server that speaks first speaks another one, unless it is HTTP/2. Both
 * sockets are paused then, and nothing is lost.
 */
export async function firstWords(client: Socket, upstream: Socket): Promise<Protocol | 'gone'> {
  const { promise, resolve } = Promise.withResolvers<Protocol | 'gone'>()
  let seen = Buffer.alloc(0)
  let spoken = Buffer.alloc(0)
  const stop = (word: Protocol | 'gone') => {
    client.off('data', heard).off('end', ended).off('close', gone).pause()
    upstream.off('data', answered).off('end', ended).off('close', gone).pause()
    if (seen.length > 0) client.unshift(seen)
    if (spoken.length > 0) upstream.unshift(spoken)
    resolve(word)
  }
  const heard = (chunk: Buffer) => {
    seen = Buffer.concat([seen, chunk])
    const word = protocolOf(seen)
    if (word !== undefined) stop(spoken.length > 0 && word === 'http1' ? 'other' : word)
  }
  const answered = (chunk: Buffer) => {
    spoken = Buffer.concat([spoken, chunk])
    if (!maySpeakHttp2(spoken)) stop('other')
  }
  const ended = () => stop('other')
  const gone = () => stop('gone')
  client.on('data', heard).once('end', ended).once('close', gone).resume()
  upstream.on('data', answered).once('end', ended).once('close', gone).resume()
  return promise
}
