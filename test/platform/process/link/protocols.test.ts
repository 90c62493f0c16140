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
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { delay, dial, get, httpReplica, linked, serverReplica, tcpReplica, until } from './harness.ts'

const answerOf = (options: RequestOptions, body?: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const asked = request(options, resolve)
    asked.on('error', reject)
    asked.end(body)
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
