import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { connect as connectNet, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { percentEncoded } from '../../../src/daemon/proxy/http/http2.ts'
import { NOTHING, portOf, proxyFor } from './setting.ts'

const servers: Server[] = []
const sessions: ClientHttp2Session[] = []
afterEach(() => {
  for (const session of sessions.splice(0)) session.destroy()
  for (const server of servers.splice(0)) server.close()
})

const BIG = randomBytes(5_000_000)
const ABORT = { rule: 'grpc-abort', status: 14, message: 'gone for 5 % of the time' } as const
const PAY = { path: '/shop.Till/*', method: undefined, share: 1 }

async function service(take: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void) {
  const server = createServer()
  server.on('stream', take)
  server.on('sessionError', () => undefined)
  servers.push(server as unknown as Server)
  return proxyFor(await portOf(server as unknown as Server))
}

/** Echoes the request's body and says in the trailers how it went. */
function echo(stream: ServerHttp2Stream): void {
  stream.on('error', () => undefined)
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-sum': '42' }))
  stream.pipe(stream)
}

function dial(port: number): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${port}`)
  session.on('error', () => undefined)
  sessions.push(session)
  return session
}

async function call(session: ClientHttp2Session, path: string, body = Buffer.from('hello')) {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  let headers: IncomingHttpHeaders = {}
  let trailers: IncomingHttpHeaders = {}
  const chunks: Buffer[] = []
  stream.on('response', (given) => {
    headers = given
  })
  stream.on('trailers', (given) => {
    trailers = given
  })
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.end(body)
  await once(stream, 'close')
  return { headers, trailers, body: Buffer.concat(chunks), reset: stream.rstCode }
}

test('answers matching calls with trailers only, and passes the others on with theirs', async () => {
  const setting = await service(echo)
  const session = dial(await setting.add('a', ABORT, PAY))
  const [paid, listed, big] = await Promise.all([
    call(session, '/shop.Till/Pay'),
    call(session, '/shop.Shelf/List'),
    call(session, '/shop.Shelf/Big', BIG),
  ])
  expect(paid.headers).toMatchObject({
    ':status': 200,
    'grpc-status': '14',
    'grpc-message': 'gone for 5 %25 of the time',
  })
  expect(paid.body).toHaveLength(0)
  expect(listed).toMatchObject({ body: Buffer.from('hello'), trailers: { 'grpc-status': '0', 'x-sum': '42' } })
  expect(big.body.equals(BIG)).toBe(true)
  expect(await setting.counts('a')).toEqual({ matched: 1, hit: 1, raw: 0 })
})

test('knows a client by its words though the service sent its settings before', async () => {
  const setting = await service(echo)
  const port = await setting.add('a', ABORT, PAY)
  const slow = connectNet(port, '127.0.0.1')
  // Time for the settings to come in; were they not there yet, the test would say the same.
  await new Promise((resolve) => setTimeout(resolve, 50))
  const session = connect(`http://127.0.0.1:${port}`, { createConnection: () => slow })
  session.on('error', () => undefined)
  sessions.push(session)
  expect((await call(session, '/shop.Till/Pay')).headers).toMatchObject({ 'grpc-status': '14' })
  expect((await call(session, '/shop.Shelf/List')).trailers).toMatchObject({ 'grpc-status': '0' })
})

test('passes on answers without a body, resets, and what the service asks of its clients', async () => {
  const setting = await service((stream, headers) => {
    if (headers[':path'] === '/only') stream.respond({ ':status': 200, 'grpc-status': '5' }, { endStream: true })
    else stream.close(8)
  })
  const session = dial(await setting.add('a', ABORT, NOTHING))
  expect((await call(session, '/only')).headers).toMatchObject({ 'grpc-status': '5' })
  const stream = session.request({ ':method': 'POST', ':path': '/reset' })
  stream.on('error', () => undefined)
  stream.end()
  await once(stream, 'close')
  expect(stream.rstCode).toBe(8)
})

test('tells the service of calls that a client gave up', async () => {
  const came = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<number>()
  const setting = await service((stream) => {
    stream.on('error', () => undefined)
    stream.once('close', () => gone.resolve(stream.rstCode ?? 0))
    stream.respond({ ':status': 200 })
    came.resolve()
  })
  const session = dial(await setting.add('a', ABORT, NOTHING))
  const stream = session.request({ ':method': 'POST', ':path': '/wait' })
  stream.on('error', () => undefined)
  await came.promise
  stream.close(8)
  expect(await gone.promise).toBe(8)
})

test('passes HTTP/2 on unread where no fault is about gRPC', async () => {
  const setting = await service(echo)
  const session = dial(await setting.add('a', { rule: 'abort', status: 503 }))
  expect((await call(session, '/shop.Till/Pay')).trailers).toMatchObject({ 'grpc-status': '0' })
  expect(await setting.counts('a')).toEqual({ matched: 0, hit: 0, raw: 1 })
})

test('lets calls finish and asks clients to leave when the fault is over', async () => {
  const release = Promise.withResolvers<void>()
  const setting = await service((stream) => {
    stream.respond({ ':status': 200 })
    void release.promise.then(() => stream.end('done'))
  })
  const session = dial(await setting.add('a', ABORT, NOTHING))
  const leaves = once(session, 'goaway')
  const stream = session.request({ ':method': 'POST', ':path': '/slow' })
  stream.end()
  await once(stream, 'response')
  await setting.remove('a')
  await leaves
  release.resolve()
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  expect(Buffer.concat(chunks).toString()).toBe('done')
  await setting.proxy.done
})

test('writes a message as gRPC does', () => {
  expect(percentEncoded('a b%ü\n')).toBe('a b%25%C3%BC%0A')
})
