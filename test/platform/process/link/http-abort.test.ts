import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { abort, delay, dial, echoReplica, get, httpReplica, linked, tcpReplica, until, type Wire } from './harness.ts'

const hello = () => httpReplica((asked, answer) => void answer.end(`hello ${asked.url}`))
const NOTHING = { connectionsHit: 0, requestsMatched: 0, requestsHit: 0, bytesHit: 0, medianHeldMs: undefined }

/** Sends, and waits until so many answers with a body that ends like this came. */
async function ask(wire: Wire, request: string, ending: string): Promise<string> {
  const before = wire.text().length
  wire.send(request)
  await until(() => wire.text().slice(before).endsWith(ending))
  return wire.text().slice(before)
}

describe('http-abort', () => {
  test('answers in the place of the service, and the connection stays', async () => {
    const seen: string[] = []
    const { links, link } = await linked(
      await httpReplica((asked, answer) => void answer.end(`hello ${seen.push(asked.url ?? '')}`)),
    )
    links.setRule('abort', {}, abort(503, { path: '/orders/*', method: 'get' }))
    const wire = await dial(link)
    const aborted = await ask(wire, get('/orders/1?x=y'), 'Unavailable\n')
    expect(aborted).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/)
    expect(aborted).toContain('\r\ncontent-length: 20\r\n')
    expect(aborted).toContain('\r\nconnection: keep-alive\r\n')
    await ask(wire, get('/other'), 'hello 1')
    await ask(wire, get('/orders'), 'hello 2')
    expect(seen).toEqual(['/other', '/orders'])
    expect(links.ruleCounters('abort')).toMatchObject({
      connections: 1,
      connectionsHit: 1,
      requestsMatched: 1,
      requestsHit: 1,
      bytesHit: get('/orders/1?x=y').length,
    })
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 3, bad: 1 }])
  })

  test('begins in the middle of a connection, and ends there', async () => {
    const { links, link } = await linked(await hello())
    const wire = await dial(link)
    await ask(wire, get('/1'), 'hello /1')
    links.setRule('abort', {}, abort(500))
    await ask(wire, get('/2'), 'Error\n')
    links.removeRule('abort')
    await ask(wire, get('/3'), 'hello /3')
    expect(links.ruleCounters('abort')).toMatchObject({ active: false, requestsHit: 1 })
  })

  test('never answers before the answers to earlier requests, and those after it follow', async () => {
    const held: (() => void)[] = []
    const { links, link } = await linked(
      await httpReplica((asked, answer) => void held.push(() => answer.end(`hello ${asked.url}`))),
    )
    links.setRule('abort', {}, abort(503, { path: '/no' }))
    const wire = await dial(link)
    wire.send(get('/1') + get('/no') + get('/no') + get('/2') + get('/no', 'connection: close'))
    await until(() => held.length === 2)
    held[1]?.()
    await until(() => links.ruleCounters('abort').requestsHit === 3)
    expect(wire.text()).toBe('')
    held[0]?.()
    await until(() => wire.fate() === 'end')
    expect(wire.text().match(/HTTP\/1\.1 \d+/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 503',
      'HTTP/1.1 503',
      'HTTP/1.1 200',
      'HTTP/1.1 503',
    ])
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 5, bad: 3 }])
  })

  test('takes out the body of the request, however it is framed and cut', async () => {
    const seen: string[] = []
    const { links, link } = await linked(
      await httpReplica(async (asked, answer) => void answer.end(`hello ${seen.push(await text(asked))}`)),
    )
    links.setRule('abort', {}, abort(503, { method: 'POST' }))
    const wire = await dial(link)
    for (const piece of [
      'POST /a HT',
      'TP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n',
      '\r\n5\r\nhel',
      'lo\r\n0\r\n',
      '\r',
    ]) {
      wire.send(piece)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(wire.text()).toBe('')
    await ask(wire, '\nPOST /b HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc', 'Unavailable\n')
    await ask(wire, 'PUT /c HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nxyz', 'hello 1')
    expect(seen).toEqual(['xyz'])
    expect(links.ruleCounters('abort')).toMatchObject({ requestsMatched: 2, requestsHit: 2 })
  })

  test('gives HEAD no body, and 204 no length', async () => {
    const { links, link } = await linked(await hello())
    links.setRule('abort', {}, abort(503))
    const wire = await dial(link)
    expect(await ask(wire, get('/').replace('GET', 'HEAD'), '\r\n\r\n')).toContain('content-length: 20\r\n\r\n')
    links.setRule('abort', {}, abort(204))
    expect(await ask(wire, get('/'), '\r\n\r\n')).not.toContain('content-length')
  })

  test('answers one who waits for leave to send, and closes', async () => {
    const { links, link } = await linked(await hello())
    links.setRule('abort', {}, abort(503))
    const wire = await dial(link)
    wire.send('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n')
    await until(() => wire.fate() === 'end')
    expect(wire.text()).toContain('503')
    expect(wire.text()).toContain('connection: close')
  })

  test('without a status resets the connection, after earlier answers', async () => {
    const { links, link } = await linked(await hello())
    links.setRule('abort', {}, abort(undefined, { path: '/die' }))
    const wire = await dial(link)
    await ask(wire, get('/1'), 'hello /1')
    wire.send(get('/die'))
    await until(() => wire.fate() === 'reset')
    const pipelined = await dial(link)
    pipelined.send(get('/2') + get('/die'))
    await until(() => pipelined.fate() === 'reset')
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 4, bad: 2 }])
    expect(links.ruleCounters('abort')).toMatchObject({ connections: 2, connectionsHit: 2, requestsHit: 2 })
  })

  test('hits its share of the requests, the same ones for the same seed', async () => {
    const statuses = async () => {
      const { links, link } = await linked(await hello())
      links.setRule('abort', {}, abort(503, { share: 0.3 }))
      const wire = await dial(link)
      wire.send(Array.from({ length: 200 }, () => get('/')).join(''))
      await until(() => links.serviceCounts()[0]?.n === 200)
      const { requestsMatched, requestsHit } = links.ruleCounters('abort')
      expect(requestsMatched).toBe(200)
      expect(requestsHit).toBeGreaterThan(30)
      expect(requestsHit).toBeLessThan(90)
      await until(() => wire.text().match(/HTTP\/1\.1 \d+/g)?.length === 200)
      return wire.text().match(/HTTP\/1\.1 \d+/g)
    }
    expect(await statuses()).toEqual(await statuses())
  })

  test('swallows the rest of a body that turns out to be none, and closes', async () => {
    const got: string[] = []
    const { links, link } = await linked(
      await tcpReplica((socket) => socket.on('data', (chunk) => got.push(String(chunk)))),
    )
    links.setRule('abort', {}, abort(503))
    const wire = await dial(link)
    wire.send('POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n')
    wire.send('no chunk at all\r\n')
    await until(() => wire.fate() === 'end')
    expect(wire.text()).toContain('connection: close')
    expect(got).toEqual([])
  })

  test('stands behind a delay of the network like the service would', async () => {
    const { links, link } = await linked(await hello())
    links.setRule('slow', {}, delay(30))
    links.setRule('abort', {}, abort(503))
    const wire = await dial(link)
    const start = performance.now()
    await ask(wire, get('/'), 'Unavailable\n')
    expect(performance.now() - start).toBeGreaterThanOrEqual(60)
  })

  test('has no hits where the path, the method or the protocol differ', async () => {
    const { links, link } = await linked(await hello())
    links.setRule('path', {}, abort(503, { path: '/other*' }))
    links.setRule('method', {}, abort(503, { method: 'POST' }))
    links.setRule('never', {}, abort(503, { share: 0 }))
    const wire = await dial(link)
    await ask(wire, get('/x'), 'hello /x')
    expect(links.ruleCounters('path')).toMatchObject({ connections: 1, ...NOTHING })
    expect(links.ruleCounters('method')).toMatchObject({ connections: 1, ...NOTHING })
    expect(links.ruleCounters('never')).toMatchObject({ connections: 1, ...NOTHING, requestsMatched: 1 })
    const plain = await linked(await echoReplica())
    plain.links.setRule('abort', {}, abort(503))
    const other = await dial(plain.link)
    other.send('SET key value\r\n')
    await until(() => other.text() === 'SET key value\r\n')
    expect(plain.links.ruleCounters('abort')).toMatchObject({ connections: 1, ...NOTHING })
  })

  test('lets the half of a request go that it held when it ends, or when nothing more comes', async () => {
    const { links, link } = await linked(await echoReplica())
    links.setRule('abort', {}, abort(503))
    const [first, second] = [await dial(link), await dial(link)]
    first.send('GET /unfini')
    second.socket.end('GET /unfini')
    await until(() => second.text() === 'GET /unfini')
    expect(first.text()).toBe('')
    links.removeRule('abort')
    await until(() => first.text() === 'GET /unfini')
  })

  test('does not keep answers for one who never reads them', async () => {
    const { links, link } = await linked(await hello())
    links.setRule('abort', {}, abort(503))
    const wire = await dial(link)
    wire.socket.pause()
    const many = Buffer.from(Array.from({ length: 200_000 }, () => get('/')).join(''))
    wire.send(many)
    let before = -1
    while (links.ruleCounters('abort').requestsHit !== before) {
      before = links.ruleCounters('abort').requestsHit
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThan(200_000)
  })
})
