import { createHash } from 'node:crypto'
import {
  Agent,
  createServer as createHttpServer,
  get as httpGet,
  type IncomingMessage,
  type RequestOptions,
  request,
} from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { LinkRule } from '../../../../src/model/recipe.ts'
import {
  bandwidth,
  delay,
  dial,
  echoReplica,
  get,
  httpReplica,
  linked,
  partition,
  serverReplica,
  tcpReplica,
  until,
} from './harness.ts'

const answerOf = (options: RequestOptions, body?: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const asked = request(options, resolve)
    asked.on('error', reject)
    asked.end(body)
  })

describe('bytes', () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 30_000 }), { minLength: 1, maxLength: 12 })
  const rules = fc.array(
    fc.record({
      at: fc.nat(11),
      set: fc.boolean(),
      id: fc.constantFrom('a', 'b', 'c'),
      rule: fc.oneof(
        fc.constantFrom<LinkRule>(delay(3), delay(1, 'to-client', 1), delay(4, 'to-server', 4)),
        fc.constantFrom<LinkRule>(bandwidth(2_000_000), bandwidth(900_000, 'to-server')),
        fc.constantFrom<LinkRule>(partition('hang'), partition('hang', 'to-server'), partition('hang', 'to-client')),
      ),
    }),
    { maxLength: 10 },
  )

  test('arrive exactly, in order, both ways, while rules come and go', async () => {
    const sent: Buffer[] = []
    // The replica sends what it is told to, apart from what it gets, so that the two ways differ.
    let received: Buffer[] = []
    let answer: Buffer = Buffer.alloc(0)
    const replica = await tcpReplica((socket) => {
      received = []
      socket.on('data', (chunk: Buffer) => received.push(chunk))
      socket.write(answer)
      socket.on('end', () => socket.end())
    })
    const { links, link } = await linked(replica)
    await fc.assert(
      fc.asyncProperty(chunks, chunks, rules, async (asked, answered, changes) => {
        sent.length = 0
        received = []
        answer = Buffer.concat(answered)
        const wire = await dial(link)
        for (const [index, chunk] of asked.entries()) {
          wire.send(chunk)
          sent.push(Buffer.from(chunk))
          for (const change of changes.filter(({ at }) => at === index)) {
            if (change.set) links.setRule(change.id, {}, change.rule)
            else links.removeRule(change.id)
          }
          if (index % 3 === 0) await new Promise(setImmediate)
        }
        wire.socket.end()
        for (const { id } of links.rules()) links.removeRule(id)
        await until(() => wire.fate() !== undefined)
        expect(wire.fate()).toBe('end')
        expect(wire.bytes().equals(answer)).toBe(true)
        expect(Buffer.concat(received).equals(Buffer.concat(sent))).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test('that look like anything come through unchanged', async () => {
    const { link } = await linked(await echoReplica())
    const odd = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc
        .constantFrom(get('/a'), 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nq', 'HTTP/1.1 200', '\r\n')
        .map((line) => Buffer.from(line)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(odd, { minLength: 1, maxLength: 6 }), async (messages) => {
        const wire = await dial(link)
        for (const message of messages) wire.send(message)
        wire.socket.end()
        await until(() => wire.fate() !== undefined)
        expect(wire.bytes()).toEqual(Buffer.concat(messages))
      }),
      { numRuns: 60 },
    )
  })

  test('of a sender that is faster than the reader wait with the sender', async () => {
    const size = 40_000_000
    let sent = 0
    const replica = await tcpReplica((socket) => {
      const piece = Buffer.alloc(100_000, 7)
      const more = () => {
        while (sent < size) {
          sent += piece.length
          if (!socket.write(piece)) return void socket.once('drain', more)
        }
        socket.end()
      }
      more()
    })
    const { link } = await linked(replica)
    const wire = await dial(link)
    wire.socket.pause()
    let before = -1
    while (sent !== before) {
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(sent).toBeLessThan(size)
    wire.socket.resume()
    await until(() => wire.fate() === 'end')
    expect(wire.bytes().length).toBe(size)
  })
})

describe('ends', () => {
  test('a half-closed connection still carries answers', async () => {
    const replica = await tcpReplica((socket) => {
      let got = ''
      socket.on('data', (chunk) => {
        got += chunk
      })
      socket.on('end', () => {
        socket.write(`got ${got}`)
        setImmediate(() => socket.end(', bye'))
      })
    })
    const { link } = await linked(replica)
    const wire = await dial(link)
    wire.socket.end('question')
    await until(() => wire.fate() !== undefined)
    expect(wire.text()).toBe('got question, bye')
    expect(wire.fate()).toBe('end')
  })

  test('a service that ends first can still be sent to', async () => {
    let got = ''
    const replica = await tcpReplica((socket) => {
      socket.end('done')
      socket.on('data', (chunk) => {
        got += chunk
      })
    })
    const { link } = await linked(replica)
    const wire = await dial(link)
    await until(() => wire.fate() === 'end')
    wire.socket.end('late')
    await until(() => got === 'late')
  })

  test('a reset of one side is a reset of the other', async () => {
    const fates: string[] = []
    const replica = await tcpReplica((socket) => {
      socket.on('data', (chunk) => {
        if (String(chunk) === 'die') socket.resetAndDestroy()
      })
      socket.on('error', () => fates.push('reset'))
      socket.on('end', () => fates.push('end'))
    })
    const { link } = await linked(replica)
    const killed = await dial(link)
    killed.send('die')
    await until(() => killed.fate() !== undefined)
    expect(killed.fate()).toBe('reset')
    const quitter = await dial(link)
    quitter.send('hi')
    await until(() => replica.sockets.size === 1)
    quitter.socket.resetAndDestroy()
    await until(() => fates.length > 0)
    expect(fates).toEqual(['reset'])
  })

  test('bytes from before a reset arrive before it', async () => {
    const replica = await tcpReplica((socket) => {
      socket.on('data', () => socket.write('last words', () => socket.resetAndDestroy()))
    })
    const { link } = await linked(replica)
    const wire = await dial(link)
    wire.send('go')
    await until(() => wire.fate() !== undefined)
    expect(wire.fate()).toBe('reset')
  })

  test('a thousand connections leave nothing behind', async () => {
    const replica = await echoReplica()
    const { links, link } = await linked(replica)
    const before = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    links.setRule('slow', {}, delay(1))
    for (let round = 0; round < 10; round += 1) {
      const wires = await Promise.all(Array.from({ length: 100 }, () => dial(link)))
      for (const [index, { socket, send }] of wires.entries()) {
        send('hello')
        if (index % 3 === 0) socket.resetAndDestroy()
        else if (index % 3 === 1) socket.destroy()
        else socket.end()
      }
      await until(() => wires.every(({ socket }) => socket.destroyed || socket.readableEnded))
    }
    await until(() => replica.sockets.size === 0)
    await until(() => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length <= before)
    await links.close()
    await links.close()
    expect(links.links()).toEqual([])
  })
})

describe('HTTP/1.1', () => {
  test('keeps a connection alive over requests with every kind of body', async () => {
    const replica = await httpReplica(async (asked, answer) => {
      const body = await text(asked)
      if (asked.url === '/empty') answer.writeHead(304, { etag: 'x' }).end()
      else if (asked.url === '/chunks') answer.writeHead(200, { 'transfer-encoding': 'chunked' }).end('one two')
      else answer.setHeader('content-length', body.length).end(asked.method === 'HEAD' ? undefined : body)
    })
    const { links, link } = await linked(replica)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const ask = async (method: string, path: string, body?: string) => {
      const answer = await answerOf(
        {
          agent,
          host: link.host,
          port: link.port,
          method,
          path,
          headers: body ? { 'transfer-encoding': 'chunked' } : {},
        },
        body,
      )
      return [answer.statusCode, await text(answer)]
    }
    expect(await ask('GET', '/empty')).toEqual([304, ''])
    expect(await ask('GET', '/chunks')).toEqual([200, 'one two'])
    expect(await ask('HEAD', '/head')).toEqual([200, ''])
    expect(await ask('POST', '/post', 'body')).toEqual([200, 'body'])
    expect(links.crossings({})).toBe(4)
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 4, bad: 0 }])
  })

  test('answers pipelined requests in order', async () => {
    const replica = await httpReplica((asked, answer) => answer.end(asked.url))
    const { link, links } = await linked(replica)
    const wire = await dial(link)
    wire.send(get('/1') + get('/2') + get('/3', 'connection: close'))
    await until(() => wire.fate() === 'end')
    expect(wire.text().match(/\/\d$|\/\d(?=HTTP)/gm)).toEqual(['/1', '/2', '/3'])
    expect(links.crossings({})).toBe(3)
  })

  test('lets a sender wait for leave to send its body', async () => {
    const { link, links } = await linked(await httpReplica(async (asked, answer) => void answer.end(await text(asked))))
    const asked = request({
      host: link.host,
      port: link.port,
      method: 'POST',
      headers: { expect: '100-continue' },
      agent: false,
    })
    asked.flushHeaders()
    await new Promise((resolve) => asked.on('continue', resolve))
    const answer = new Promise<IncomingMessage>((resolve) => asked.on('response', resolve))
    asked.end('after leave')
    expect(await text(await answer)).toBe('after leave')
    await until(() => links.serviceCounts()[0]?.n === 1)
  })

  test('carries a body of many megabytes', async () => {
    const replica = await httpReplica(async (asked, answer) => {
      const hash = createHash('sha256')
      for await (const chunk of asked) hash.update(chunk)
      answer.end(hash.digest('hex'))
    })
    const { link } = await linked(replica)
    const body = 'x'.repeat(8_000_000)
    const answer = await answerOf({ host: link.host, port: link.port, method: 'POST', agent: false }, body)
    expect(await text(answer)).toBe(createHash('sha256').update(body).digest('hex'))
  })
})

describe('other protocols', () => {
  test('HTTP/2 with prior knowledge', async () => {
    const server = createHttp2Server((asked, answer) => answer.end(`h2 ${asked.url}`))
    const { link, links } = await linked(await serverReplica(server))
    const session = connectHttp2(`http://${link.address}`)
    onTestFinished(() => session.destroy())
    const answers = await Promise.all(['/a', '/b', '/c'].map((path) => text(session.request({ ':path': path }))))
    expect(answers).toEqual(['h2 /a', 'h2 /b', 'h2 /c'])
    expect(links.crossings({})).toBe(1)
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 1, bad: 0 }])
  })

  test('an open WebSocket lives through the start and the end of a delay', async () => {
    const server = createHttpServer()
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (socket) => socket.on('message', (message) => socket.send(`echo ${message}`)))
    const { link, links } = await linked(await serverReplica(server))
    const socket = new WebSocket(`ws://${link.address}/chat`)
    onTestFinished(() => socket.terminate())
    const got: string[] = []
    socket.on('message', (message) => got.push(String(message)))
    await new Promise((resolve) => socket.on('open', resolve))
    const say = async (message: string): Promise<number> => {
      const start = performance.now()
      socket.send(message)
      await until(() => got.includes(`echo ${message}`))
      return performance.now() - start
    }
    await say('before')
    links.setRule('slow', {}, delay(30))
    expect(await say('under')).toBeGreaterThanOrEqual(60)
    links.removeRule('slow')
    await say('after')
    expect(got).toEqual(['echo before', 'echo under', 'echo after'])
    expect(links.ruleCounters('slow')).toMatchObject({ active: false, connections: 1, connectionsHit: 1 })
    expect(links.ruleCounters('slow').medianHeldMs).toBeGreaterThanOrEqual(30)
  })

  test('an upgrade that is refused leaves an HTTP connection', async () => {
    const { link, links } = await linked(await httpReplica((asked, answer) => answer.end(asked.url)))
    const wire = await dial(link)
    wire.send(get('/1', 'connection: upgrade', 'upgrade: other'))
    await until(() => wire.text().includes('/1'))
    wire.send(get('/2', 'connection: close'))
    await until(() => wire.fate() === 'end')
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 2, bad: 0 }])
  })

  test('a service that speaks first', async () => {
    const { link } = await linked(await tcpReplica((socket) => socket.write('220 ready\r\n')))
    const wire = await dial(link)
    await until(() => wire.text() === '220 ready\r\n')
  })

  test('fetch over a link', async () => {
    const { link } = await linked(await httpReplica((_, answer) => answer.end('hello')))
    const answer = await new Promise<IncomingMessage>((resolve) =>
      httpGet(`http://${link.address}/`, { agent: false }, resolve),
    )
    expect(await text(answer)).toBe('hello')
  })
})
