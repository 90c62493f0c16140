import { type IncomingMessage, STATUS_CODES } from 'node:http'
import { judge } from './exchange.ts'
import { hold } from './hold.ts'
import type { OpenLink } from './link.ts'
import { pairs } from './replace.ts'
import { joinRaw, resetSocket } from './sockets.ts'

/** From here on the connection speaks something else; only whether it comes to that is the rules' to say. */
export async function upgrade(link: OpenLink, message: IncomingMessage, head: Buffer): Promise<void> {
  const gone = new AbortController()
  link.client.once('close', () => gone.abort())
  const { facts, sentence, fields } = judge(link, message)
  await hold(sentence.delays, facts, gone.signal)
  if (gone.signal.aborted) return
  const { abort } = sentence
  if (abort?.active && abort.rule.rule === 'abort') {
    abort.countHit(facts)
    const { status } = abort.rule
    if (status === undefined) resetSocket(link.client)
    else
      link.client.end(
        `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
      )
    return
  }
  const upstream = link.agent.take()
  const lines = pairs(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  upstream.write(`${facts.method} ${facts.target} HTTP/${message.httpVersion}\r\n${lines.join('')}\r\n`, 'latin1')
  if (head.length > 0) upstream.write(head)
  joinRaw(link.client, upstream)
}
