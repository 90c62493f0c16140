import { createServer as createHttpServer } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import {
  dial,
  get,
  httpDelay,
  httpReplica,
  linked,
  replace,
  serverReplica,
  tcpReplica,
  until,
  type Wire,
} from './harness.ts'

const hello = () => httpReplica((asked, answer) => void answer.end(`hello ${asked.url}`))

/** Sends, and waits until so many answers with a body that ends like this came. */
async function ask(wire: Wire, request: string, ending: string): Promise<string> {
  const before = wire.text().length
  wire.send(request)
  await until(() => wire.text().slice(before).endsWith(ending))
  return wire.text().slice(before)
}

describe('http-delay', () => {
  test('holds a request and those behind it, and nothing else', async () => {
    const seen: string[] = []
    const { links, link } = await linked(
      await httpReplica((asked, answer) => void answer.end(`hello ${seen.push(asked.url ?? '')}`)),
    )
    links.setRule('slow', {}, httpDelay(60, { path: '/slow' }))
    const [wire, other] = [await dial(link), await dial(link)]
    const start = performance.now()
    wire.send(get('/slow') + get('/behind'))
    await until(() => links.ruleCounters('slow').requestsHit === 1)
    await ask(other, get('/other'), 'hello 1')
    await until(() => wire.text().endsWith('hello 3'))
    expect(performance.now() - start).toBeGreaterThanOrEqual(60)
    expect(seen).toEqual(['/other', '/slow', '/behind'])
    const counters = links.ruleCounters('slow')
    expect(counters).toMatchObject({ connections: 2, connectionsHit: 1, requestsMatched: 1, requestsHit: 1 })
    expect(counters.medianHeldMs).toBeGreaterThanOrEqual(60)
  })

  test('lets the request go when it ends', async () => {
    const { links, link } = await linked(await hello())
    links.setRule('slow', {}, httpDelay(3_600_000))
    const wire = await dial(link)
    wire.send(get('/x'))
    await until(() => links.ruleCounters('slow').requestsHit === 1)
    links.removeRule('slow')
    await until(() => wire.text().endsWith('hello /x'))
  })

  test('adds up with another one', async () => {
    const { links, link } = await linked(await hello())
    links.setRule('a', {}, httpDelay(30))
    links.setRule('b', {}, httpDelay(30))
    const wire = await dial(link)
    const start = performance.now()
    await ask(wire, get('/x'), 'hello /x')
    expect(performance.now() - start).toBeGreaterThanOrEqual(60)
  })
})

describe('http-replace', () => {
  test('changes status, headers and body of the answer, on a connection that stays', async () => {
    const { links, link } = await linked(
      await httpReplica((asked, answer) => {
        answer.writeHead(200, { 'content-encoding': 'identity', 'x-old': 'old', 'x-kept': 'kept' })
        answer.write('a chunked ')
        answer.end(`body of ${asked.url}`)
      }),
    )
    links.setRule(
      'replace',
      {},
      replace(
        { status: 418, headers: { 'X-Old': 'new', 'transfer-encoding': 'gzip', 'content-length': '1' }, body: 'tea é' },
        { path: '/tea' },
      ),
    )
    const wire = await dial(link)
    const answer = await ask(wire, get('/tea'), 'tea \u00c3\u00a9')
    expect(answer).toMatch(/^HTTP\/1\.1 418 I'm a Teapot\r\n/)
    expect(answer).toContain('\r\nX-Old: new\r\n')
    expect(answer).toContain('\r\nx-kept: kept\r\n')
    expect(answer).toContain('\r\ncontent-length: 6\r\n')
    expect(answer).not.toMatch(/transfer-encoding|content-encoding|x-old: old/)
    expect(await ask(wire, get('/coffee'), '0\r\n\r\n')).toContain('body of /coffee')
    expect(links.ruleCounters('replace')).toMatchObject({
      connections: 1,
      connectionsHit: 1,
      requestsMatched: 1,
      requestsHit: 1,
    })
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 2, bad: 0 }])
  })

  test('keeps the body and its framing where only the head is replaced', async () => {
    const { links, link } = await linked(
      await httpReplica((_, answer) => {
        answer.write('one ')
        setImmediate(() => answer.end('two'))
      }),
    )
    links.setRule('replace', {}, replace({ status: 500, headers: { 'x-by': 'rule' } }))
    const wire = await dial(link)
    const answer = await ask(wire, get('/'), '0\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/)
    expect(answer).toContain('transfer-encoding: chunked'.replace('transfer-encoding', 'Transfer-Encoding'))
    expect(answer).toMatch(/one .*two/s)
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 1, bad: 1 }])
  })

  test('keeps framing right for HEAD, for statuses without a body, and for answers that last until the end', async () => {
    const { links, link } = await linked(await hello())
    const wire = await dial(link)
    links.setRule('replace', {}, replace({ body: 'replaced' }))
    expect(await ask(wire, get('/').replace('GET', 'HEAD'), '\r\n\r\n')).toContain('content-length: 8')
    links.setRule('replace', {}, replace({ status: 204 }))
    expect(await ask(wire, get('/'), '\r\n\r\n')).not.toMatch(/content-length|hello/i)
    links.removeRule('replace')
    await ask(wire, get('/after'), 'hello /after')
    const old = await linked(
      await tcpReplica((socket) => socket.on('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nuntil the end'))),
    )
    old.links.setRule('replace', {}, replace({ body: 'replaced' }))
    const last = await dial(old.link)
    last.send(get('/'))
    await until(() => last.fate() === 'end')
    expect(last.text()).toBe('HTTP/1.0 200 OK\r\ncontent-length: 8\r\n\r\nreplaced')
  })

  test('reads a head that comes in pieces, past interim answers', async () => {
    const { links, link } = await linked(
      await tcpReplica((socket) => {
        socket.once('data', async () => {
          for (const piece of [
            'HTTP/1.1 100 Con',
            'tinue\r\n\r\nHTTP/1.',
            '1 200 OK\r\ncontent-le',
            'ngth: 5\r\n\r',
            '\nhel',
            'lo',
          ]) {
            socket.write(piece)
            await new Promise((resolve) => setTimeout(resolve, 5))
          }
        })
      }),
    )
    links.setRule('replace', {}, replace({ body: 'bye' }))
    const wire = await dial(link)
    wire.send(get('/'))
    await until(() => wire.text().endsWith('bye'))
    expect(wire.text()).toBe('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbye')
    await until(() => links.serviceCounts()[0]?.n === 1)
  })

  test('leaves a switch of protocols alone', async () => {
    const server = createHttpServer()
    new WebSocketServer({ server }).on('connection', (socket) => socket.send('hi'))
    const { links, link } = await linked(await serverReplica(server))
    links.setRule('replace', {}, replace({ status: 500, body: 'no' }))
    const socket = new WebSocket(`ws://${link.address}/`)
    onTestFinished(() => socket.terminate())
    expect(String(await new Promise((resolve) => socket.on('message', resolve)))).toBe('hi')
    expect(links.ruleCounters('replace')).toMatchObject({ requestsMatched: 1, requestsHit: 0 })
  })

  test('refuses headers that would break the message', async () => {
    const { links } = await linked(await hello())
    expect(() => links.setRule('bad', {}, replace({ headers: { 'x-a': 'b\r\nx-c: d' } }))).toThrow(
      '"x-a" is no valid header',
    )
    expect(() => links.setRule('bad', {}, replace({ status: 101 }))).toThrow('101 is no final HTTP status')
  })
})
