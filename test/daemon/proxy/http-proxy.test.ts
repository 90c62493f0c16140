import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { ABORT, app, ask, EVERYTHING, heard, NOTHING, portOf, proxyFor, say } from './setting.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    if ('closeAllConnections' in server)
      (server as unknown as { closeAllConnections: () => void }).closeAllConnections()
  }
})

async function through(listener: (message: IncomingMessage, answer: ServerResponse) => void) {
  const { server, port } = await app(listener)
  servers.push(server)
  return proxyFor(port)
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const BIG = randomBytes(13_000_000)

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

test('passes large chunked bodies on, both ways, to the last byte', async () => {
  const setting = await through(async (message, answer) => {
    const body = await bodyOf(message)
    answer.setHeader('x-got', digest(body))
    for (let at = 0; at < BIG.length; at += 100_001) answer.write(BIG.subarray(at, at + 100_001))
    answer.end()
  })
  const port = await setting.add('a', ABORT, NOTHING)
  const got = await ask(port, '/big', { method: 'POST', headers: { 'transfer-encoding': 'chunked' } }, BIG)
  expect(got.headers['x-got']).toBe(digest(BIG))
  expect(digest(got.body)).toBe(digest(BIG))
  expect(await setting.counts('a')).toEqual({ matched: 0, hit: 0, raw: 0 })
})

test('passes heads on as they were: case, order, repeats, trailers, the reason, no body', async () => {
  let seen: readonly string[] = []
  const setting = await through((message, answer) => {
    seen = message.rawHeaders
    answer.sendDate = false
    if (message.url === '/none') answer.writeHead(204).end()
    else {
      answer.writeHead(299, 'Odd but fine', [
        'X-One',
        '1',
        'Set-Cookie',
        'a=1',
        'Set-Cookie',
        'b=2',
        'Trailer',
        'X-Sum',
      ])
      answer.write('body')
      answer.addTrailers({ 'X-Sum': '42' })
      answer.end()
    }
  })
  const port = await setting.add('a', ABORT, NOTHING)
  const words = 'GET /x?q=%20 HTTP/1.1\r\nHost: shop\r\nX-B: 2\r\nx-a: 1\r\nX-B: 3\r\nConnection: close\r\n\r\n'
  const viaProxy = await say(port, words)
  expect(seen).toEqual(['Host', 'shop', 'X-B', '2', 'x-a', '1', 'X-B', '3', 'Connection', 'close'])
  expect(viaProxy).toBe(await say(setting.appPort, words))
  expect(viaProxy).toContain('HTTP/1.1 299 Odd but fine')
  expect(viaProxy).toContain('X-Sum: 42')
  const none = 'POST /none HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n'
  expect(await say(port, none)).toBe(await say(setting.appPort, none))
  expect(seen).not.toContain('Transfer-Encoding')
})

test('answers pipelined requests in their order, those in the place of the service too', async () => {
  const setting = await through((message, answer) => {
    setTimeout(() => answer.end(`served ${message.url}\n`), message.url === '/1' ? 50 : 0)
  })
  const port = await setting.add('a', ABORT, { path: '/2', method: undefined, share: 1 })
  const one = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: shop\r\n${more}\r\n`
  const client = connect(port, '127.0.0.1')
  client.write(one('/1') + one('/2') + one('/3') + one('/4', 'Connection: close\r\n'))
  const said = await heard(client)
  expect(said.match(/HTTP\/1\.1 \d+|served \/\d/g)).toEqual([
    'HTTP/1.1 200',
    'served /1',
    'HTTP/1.1 503',
    'HTTP/1.1 200',
    'served /3',
    'HTTP/1.1 200',
    'served /4',
  ])
  expect(await setting.counts('a')).toMatchObject({ matched: 1, hit: 1 })
})

test('hits the share that was asked for, and the same requests with the same seed', async () => {
  const setting = await through((_message, answer) => answer.end('ok'))
  const port = await setting.add('a', ABORT, { path: '/pay*', method: 'get', share: 0.3 })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const statuses = async () => {
    const seen: number[] = []
    for (let at = 0; at < 200; at += 1) seen.push((await ask(port, `/pay/${at}?x=1`, { agent })).status)
    return seen
  }
  const first = await statuses()
  await setting.remove('a')
  expect(await setting.add('a', ABORT, { path: '/pay*', method: 'get', share: 0.3 })).toBe(port)
  expect(await statuses()).toEqual(first)
  const hit = first.filter((status) => status === 503).length
  expect(hit).toBeGreaterThan(30)
  expect(hit).toBeLessThan(90)
  expect(await setting.counts('a')).toMatchObject({ matched: 200, hit })
  expect((await ask(port, '/other', { agent })).status).toBe(200)
  expect((await ask(port, '/pay', { agent, method: 'POST' })).status).toBe(200)
  agent.destroy()
})

test('resets where no status is given', async () => {
  const setting = await through((_message, answer) => answer.end('ok'))
  const port = await setting.add(
    'a',
    { rule: 'abort', status: undefined },
    { path: '/gone', method: undefined, share: 1 },
  )
  await expect(ask(port, '/gone')).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect((await ask(port, '/there')).status).toBe(200)
})

test('holds a request for its delay, and lets go of it when the fault is taken away', async () => {
  const setting = await through((_message, answer) => answer.end('ok'))
  const port = await setting.add('a', { rule: 'delay', delayMs: 100, jitterMs: 20 })
  const since = performance.now()
  await ask(port, '/')
  expect(performance.now() - since).toBeGreaterThan(75)
  const counts = await setting.counts('a')
  expect(counts.hit).toBe(1)
  expect(counts.medianHeldMs).toBeGreaterThan(75)
  await setting.add('b', { rule: 'delay', delayMs: 3_600_000, jitterMs: 0 })
  const held = ask(port, '/')
  await until(async () => (await setting.counts('b')).hit === 1)
  await setting.remove('b')
  expect((await held).status).toBe(200)
})

test('replaces status, fields and body, with a framing that fits', async () => {
  const setting = await through((_message, answer) => {
    answer.writeHead(200, { 'content-encoding': 'gzip', 'x-own': 'yes', 'set-cookie': ['a=1', 'b=2'] })
    answer.write('not really gzip')
    answer.end()
  })
  const rule = { rule: 'replace', status: 418, headers: { 'X-Own': 'no', 'content-length': '3' }, body: 'tëa' } as const
  const port = await setting.add('a', rule)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let at = 0; at < 2; at += 1) {
    const got = await ask(port, '/', { agent })
    expect(got.status).toBe(418)
    expect(got.body.toString()).toBe('tëa')
    expect(got.headers).toMatchObject({ 'x-own': 'no', 'content-length': '4', 'set-cookie': ['a=1', 'b=2'] })
    expect(got.headers['content-encoding']).toBeUndefined()
    expect(got.headers['transfer-encoding']).toBeUndefined()
  }
  const head = await ask(port, '/', { agent, method: 'HEAD' })
  expect([head.status, head.body.length]).toEqual([418, 0])
  agent.destroy()
})

test('passes a websocket on after its handshake', async () => {
  const { server, port: appPort } = await app((_message, answer) => answer.end())
  servers.push(server)
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`echo ${data}`)))
  const setting = proxyFor(appPort)
  const port = await setting.add('a', ABORT, { path: '/no', method: undefined, share: 1 })
  const socket = new WebSocket(`ws://127.0.0.1:${port}/chat`)
  await once(socket, 'open')
  socket.send('hello')
  const [data] = await once(socket, 'message')
  expect(String(data)).toBe('echo hello')
  socket.terminate()
  const refused = new WebSocket(`ws://127.0.0.1:${port}/no`)
  const [error] = await once(refused, 'error')
  expect(String(error)).toContain('503')
  sockets.close()
})

test('reads on when an offer of HTTP/2 comes with a request', async () => {
  const setting = await through((message, answer) =>
    answer.end(`${message.headers.upgrade} ${message.headers.connection}`),
  )
  const port = await setting.add('a', ABORT, { path: '/2', method: undefined, share: 1 })
  const offer =
    'GET /1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n'
  const client = connect(port, '127.0.0.1')
  client.write(offer)
  const [first] = await once(client, 'data')
  expect(String(first)).toContain('undefined keep-alive')
  client.write('GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  expect(await heard(client)).toContain('HTTP/1.1 503')
})

test('passes on what is no HTTP, whoever speaks first, and counts it', async () => {
  const echo = createServer((socket) => {
    socket.write('220 hello\r\n')
    socket.pipe(socket)
  })
  servers.push(echo)
  const greeting = proxyFor(await portOf(echo))
  const greetingPort = await greeting.add('a', ABORT)
  const client = connect(greetingPort, '127.0.0.1')
  const [first] = await once(client, 'data')
  expect(String(first)).toBe('220 hello\r\n')
  client.end('EHLO\r\n')
  expect(await heard(client)).toBe('EHLO\r\n')
  const silent = createServer({ allowHalfOpen: true }, (socket) => void socket.pipe(socket))
  servers.push(silent)
  const setting = proxyFor(await portOf(silent))
  const port = await setting.add('a', ABORT)
  const tls = Buffer.from('16030100050102030405', 'hex')
  expect(await say(port, tls)).toBe(tls.toString('latin1'))
  expect(await say(port, BIG)).toHaveLength(BIG.length)
  expect(await setting.counts('a')).toEqual({ matched: 0, hit: 0, raw: 2 })
})

test('is as refused, as slow to end and as short as the service', async () => {
  const closed = createServer()
  const closedPort = await portOf(closed)
  closed.close()
  const nobody = proxyFor(closedPort)
  await expect(ask(await nobody.add('a', ABORT, NOTHING), '/')).rejects.toMatchObject({ code: 'ECONNRESET' })
  const setting = await through((message, answer) => {
    if (message.url === '/close') answer.setHeader('connection', 'close').end('bye')
    else {
      answer.writeHead(200, { 'content-length': '10' })
      answer.write('half')
      setTimeout(() => message.socket.destroy(), 20)
    }
  })
  const port = await setting.add('a', ABORT, NOTHING)
  expect(await say(port, 'GET /close HTTP/1.1\r\nHost: a\r\n\r\n')).toContain('bye')
  await expect(ask(port, '/half')).rejects.toMatchObject({ code: 'ECONNRESET' })
})

test('lets the service say whether it wants a body', async () => {
  const { server, port: appPort } = await app(() => undefined)
  servers.push(server)
  server.on('checkContinue', (message: IncomingMessage, answer: ServerResponse) => {
    if (message.url === '/no') {
      answer.writeHead(417, { connection: 'close' }).end()
      return
    }
    answer.writeContinue()
    void bodyOf(message).then((body) => answer.end(body))
  })
  const port = await proxyFor(appPort).add('a', ABORT, NOTHING)
  const send = async (path: string) => {
    const headers = { expect: '100-continue', 'content-length': '5' }
    const asked = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false })
    asked.on('error', () => undefined).on('continue', () => asked.end('hello'))
    asked.flushHeaders()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    return [answer.statusCode, String(await bodyOf(answer))]
  }
  expect(await send('/yes')).toEqual([200, 'hello'])
  expect(await send('/no')).toEqual([417, ''])
})

test('closes a connection whose answer cannot be passed on, and goes on', async () => {
  const odd = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'))
  })
  servers.push(odd)
  const port = await proxyFor(await portOf(odd)).add('a', ABORT, { path: '/pay', method: undefined, share: 1 })
  await expect(ask(port, '/')).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect((await ask(port, '/pay')).status).toBe(503)
})

test('tells the service when a client went away', async () => {
  const gone = Promise.withResolvers<void>()
  const came = Promise.withResolvers<void>()
  const setting = await through((message) => {
    came.resolve()
    message.socket.once('close', () => gone.resolve())
  })
  const port = await setting.add('a', ABORT, NOTHING)
  const asked = request({ host: '127.0.0.1', port, path: '/' }).on('error', () => undefined)
  asked.end()
  await came.promise
  asked.destroy()
  await gone.promise
})

test('lets several faults act side by side, and each go by itself', async () => {
  const setting = await through((_message, answer) => answer.end('ok'))
  const port = await setting.add('a', ABORT, { path: '/a', method: undefined, share: 1 })
  expect(await setting.add('b', { rule: 'abort', status: 500 }, { path: '/b', method: undefined, share: 1 })).toBe(port)
  expect([(await ask(port, '/a')).status, (await ask(port, '/b')).status]).toEqual([503, 500])
  await setting.remove('a')
  expect([(await ask(port, '/a')).status, (await ask(port, '/b')).status]).toEqual([200, 500])
  await setting.remove('b')
  expect([(await ask(port, '/a')).status, (await ask(port, '/b')).status]).toEqual([200, 200])
})

test('asks clients to leave when the last fault is over, and ends when they have', async () => {
  const setting = await through((_message, answer) => answer.end('ok'))
  const port = await setting.add('a', ABORT, { path: '/a', method: undefined, share: 1 })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  expect((await ask(port, '/', { agent })).headers.connection).toBe('keep-alive')
  await setting.remove('a')
  expect((await ask(port, '/a', { agent })).headers.connection).toBe('close')
  await setting.proxy.done
  agent.destroy()
})

test('stops by itself when its time is over', async () => {
  const setting = await through((_message, answer) => answer.end('ok'))
  const port = await setting.add('a', ABORT, EVERYTHING, { remainingMs: 300 })
  expect((await ask(port, '/')).status).toBe(503)
  await until(async () => (await ask(port, '/')).status === 200)
  await setting.proxy.done
})

test('takes its own mark away and does not count requests that carry it', async () => {
  const seen: unknown[] = []
  const setting = await through((message, answer) => {
    seen.push(message.headers['x-seaworthy-probe'])
    answer.end('ok')
  })
  const port = await setting.add('a', ABORT, { path: '/a', method: undefined, share: 0 })
  const secret = String(await setting.proxy.answer({ n: 1, ask: 'secret', id: 'a' }))
  expect((await ask(port, '/a', { headers: { 'x-seaworthy-probe': secret } })).status).toBe(503)
  expect((await ask(port, '/b', { headers: { 'x-seaworthy-probe': secret } })).status).toBe(200)
  expect((await ask(port, '/a', { headers: { 'x-seaworthy-probe': 'guess' } })).status).toBe(200)
  expect(seen).toEqual([undefined, 'guess'])
  expect(await setting.counts('a')).toEqual({ matched: 1, hit: 0, raw: 0 })
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10))
}
