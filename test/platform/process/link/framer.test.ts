import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerFraming, requestFraming } from '../../../../src/platform/process/link/http/body-length.ts'
import { Framer, type Part } from '../../../../src/platform/process/link/http/framer.ts'
import { mayBecomeRequestLine, mayBecomeStatusLine } from '../../../../src/platform/process/link/http/head.ts'

const requests = () => new Framer({ mayStart: mayBecomeRequestLine, framing: requestFraming })
const answers = (method = 'GET') =>
  new Framer({ mayStart: mayBecomeStatusLine, framing: (head) => answerFraming(head, method) })

interface Seen {
  readonly messages: { startLine: string | undefined; interim: string[]; bytes: string; complete: boolean }[]
  readonly opaque: boolean
  readonly all: string
}

/** The events of a stream, without how it was cut. */
function follow(framer: Framer, chunks: readonly Buffer[]): Seen {
  const messages: Seen['messages'] = []
  let all = ''
  const take = (part: Part) => {
    all += part.bytes.toString('latin1')
    if (part.first) messages.push({ startLine: undefined, interim: [], bytes: '', complete: false })
    const message = messages.at(-1)
    if (part.section === 'raw' || message === undefined) return
    message.bytes += part.bytes.toString('latin1')
    if (part.head && part.interim) message.interim.push(part.head.startLine)
    else if (part.head) message.startLine = part.head.startLine
    if (part.last) message.complete = true
  }
  for (const chunk of chunks) framer.feed(chunk).forEach(take)
  // How much of a message is seen before garbage depends on the cut; whole messages do not.
  return { messages: messages.filter(({ complete }) => complete || !framer.opaque), opaque: framer.opaque, all }
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length))
}

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const crlf = (...lines: readonly string[]) => `${lines.join('\r\n')}\r\n\r\n`

const REQUESTS = [
  crlf('GET / HTTP/1.1', 'Host: a'),
  `${crlf('POST /form HTTP/1.1', 'Content-Length: 11')}hello world`,
  crlf('PUT /big HTTP/1.1', 'Transfer-Encoding: chunked') +
    '5;name=value\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n',
  crlf('HEAD http://api/x?y=%20 HTTP/1.0', 'Connection: keep-alive'),
  'OPTIONS * HTTP/1.1\nHost: bare-line-feeds\n\n',
  `\r\n${crlf('DELETE /after-an-empty-line HTTP/1.1')}`,
]
const ANSWERS = [
  `${crlf('HTTP/1.1 200 OK', 'Content-Length: 5')}hello`,
  crlf('HTTP/1.1 100 Continue') +
    crlf('HTTP/1.1 103 Early Hints', 'Link: </a>') +
    crlf('HTTP/1.1 201 Created', 'Content-Length: 0'),
  crlf('HTTP/1.1 204 No Content'),
  crlf('HTTP/1.1 304 Not Modified', 'Content-Length: 500'),
  `${crlf('HTTP/1.1 503', 'Transfer-Encoding: gzip, chunked')}1\r\nx\r\n0\r\n\r\n`,
  `${crlf('HTTP/1.0 404 Not Found', 'Content-Length: 3, 3')}abc`,
]

describe('framing', () => {
  const stream = (of: readonly string[]) => fc.array(fc.constantFrom(...of), { minLength: 1, maxLength: 8 })
  const places = fc.array(fc.nat(5_000), { maxLength: 40 })
  test.each([
    ['requests', requests, REQUESTS],
    ['answers', answers, ANSWERS],
  ] as const)('%s are the same wherever the stream is cut', (_, framer, of) => {
    fc.assert(
      fc.property(stream(of), places, (messages, at) => {
        const bytes = latin1(messages.join(''))
        const whole = follow(framer(), [bytes])
        expect(whole.messages.map(({ complete }) => complete)).toEqual(messages.map(() => true))
        expect(whole.opaque).toBe(false)
        expect(follow(framer(), cut(bytes, at))).toEqual(whole)
        expect(
          follow(
            framer(),
            [...bytes].map((byte) => Buffer.of(byte)),
          ),
        ).toEqual(whole)
      }),
      { numRuns: 60 },
    )
  })

  test('mutated streams come to the same end wherever they are cut, and lose no byte', () => {
    const mutation = fc.record({ at: fc.nat(), byte: fc.nat(255) })
    fc.assert(
      fc.property(
        fc.boolean(),
        stream([...REQUESTS, ...ANSWERS]),
        fc.array(mutation, { maxLength: 3 }),
        places,
        (asked, messages, mutations, at) => {
          const framer = asked ? requests : answers
          const bytes = latin1(messages.join(''))
          for (const { at: place, byte } of mutations) bytes[place % bytes.length] = byte
          const whole = follow(framer(), [bytes])
          expect(whole.all).toBe(bytes.toString('latin1'))
          expect(follow(framer(), cut(bytes, at))).toEqual(whole)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('random bytes never throw, and come out as they went in', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(fc.uint8Array({ maxLength: 200 })), (asked, chunks) => {
        const framer = asked ? requests() : answers()
        const parts = chunks.flatMap((chunk) => framer.feed(Buffer.from(chunk)))
        expect(Buffer.concat(parts.map(({ bytes }) => bytes))).toEqual(Buffer.concat(chunks))
      }),
    )
  })
})

describe('turning opaque', () => {
  test.each([
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a TLS record', '\x16\x03\x01\x02\x00'],
    ['another line protocol', 'SET key value\r\n'],
    ['a request without a version', 'GET /\r\n'],
    ['two lengths', crlf('POST / HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2')],
    ['a length that is no number', crlf('POST / HTTP/1.1', 'Content-Length: +1')],
    ['an unknown last coding', crlf('POST / HTTP/1.1', 'Transfer-Encoding: chunked, gzip')],
    ['a folded header', crlf('GET / HTTP/1.1', 'A: b', ' c')],
    ['a header without a name', crlf('GET / HTTP/1.1', ': b')],
    ['a bad chunk size', `${crlf('POST / HTTP/1.1', 'Transfer-Encoding: chunked')}zz\r\n`],
    ['a chunk that does not end', `${crlf('POST / HTTP/1.1', 'Transfer-Encoding: chunked')}1\r\nabc`],
    ['a head of more than 64 KiB', `GET / HTTP/1.1\r\nA: ${'b'.repeat(65_536)}`],
    ['a head of many lines', crlf('GET / HTTP/1.1', ...Array.from({ length: 9_000 }, (__, index) => `A${index}: b`))],
    ['endless trailers', `${crlf('POST / HTTP/1.1', 'Transfer-Encoding: chunked')}0\r\n${'a: b\r\n'.repeat(12_000)}`],
  ])('at %s', (_, text) => {
    const framer = requests()
    expect(follow(framer, [latin1(text)]).opaque).toBe(true)
    expect(framer.feed(latin1('GET / HTTP/1.1\r\n\r\n')).map(({ section }) => section)).toEqual(['raw'])
  })

  test('after an answer that switches protocols, and not before', () => {
    const framer = answers()
    const seen = follow(framer, [latin1(`${crlf('HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket')}\x81\x02hi`)])
    expect(seen.messages.map(({ startLine }) => startLine)).toEqual(['HTTP/1.1 101 Switching Protocols'])
    expect(seen.opaque).toBe(true)
  })

  test('after a request for a tunnel only when bytes follow before it was refused', () => {
    const refused = requests()
    follow(refused, [latin1(crlf('CONNECT a:1 HTTP/1.1'))])
    refused.resume()
    expect(follow(refused, [latin1(crlf('GET / HTTP/1.1'))]).opaque).toBe(false)
    const early = requests()
    expect(follow(early, [latin1(`${crlf('GET / HTTP/1.1', 'Upgrade: foo')}GET`)]).opaque).toBe(true)
  })
})

describe('where an answer ends', () => {
  test('HEAD, 204 and 304 have no body, and CONNECT opens a tunnel', () => {
    expect(
      answerFraming({ startLine: 'HTTP/1.1 200 OK', fields: [{ name: 'Content-Length', value: '5' }] }, 'HEAD'),
    ).toEqual({ body: 'none' })
    expect(answerFraming({ startLine: 'HTTP/1.1 200 OK', fields: [] }, 'CONNECT')).toEqual({ body: 'tunnel' })
    expect(
      answerFraming({ startLine: 'HTTP/1.1 407 No', fields: [{ name: 'content-length', value: '0' }] }, 'CONNECT'),
    ).toEqual({ body: 'none' })
  })

  test('without a length it lasts until the connection closes', () => {
    const framer = answers()
    expect(follow(framer, [latin1(`${crlf('HTTP/1.1 200 OK')}abc`), latin1('def')]).messages[0]?.complete).toBe(false)
    expect(framer.end()).toBe(true)
    expect(answers().end()).toBe(false)
  })
})
