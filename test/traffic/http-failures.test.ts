import { afterEach, describe, expect, it } from 'vitest'
import { deadUrl, failures, httpSpec, recordsOf, request, serve, serveTcp } from './servers.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})
async function server(...args: Parameters<typeof serve>) {
  const started = await serve(...args)
  stops.push(started.stop)
  return started
}
async function tcp(...args: Parameters<typeof serveTcp>) {
  const started = await serveTcp(...args)
  stops.push(started.stop)
  return started
}

describe('how requests fail', () => {
  const kindsOf = async (url: string, changes: Parameters<typeof httpSpec>[0] = {}) => {
    const { records } = await recordsOf(url, httpSpec({ ratePerSecond: 50, ...changes }), 200)
    expect(records.length).toBe(10)
    return Object.keys(failures(records))
  }

  it('names a refused connection', async () => {
    expect(await kindsOf(await deadUrl())).toEqual(['connection refused'])
  })
  it('names a reset connection', async () => {
    const { url } = await tcp((socket) => socket.once('data', () => socket.resetAndDestroy()))
    expect(await kindsOf(url)).toEqual(['connection reset'])
  })
  it('names a connection that is closed without an answer', async () => {
    const { url } = await tcp((socket) => socket.once('data', () => socket.end()))
    expect(await kindsOf(url)).toEqual(['connection reset'])
  })
  it('names a wrong status', async () => {
    const { url } = await server((_, answer) => answer.writeHead(503).end())
    expect(await kindsOf(url)).toEqual(['status 503'])
  })
  it('takes a redirect as an answer and does not follow it', async () => {
    let asked = 0
    const { url } = await server((incoming, answer) => {
      if (incoming.url === '/elsewhere') asked += 1
      answer.writeHead(302, { location: '/elsewhere' }).end()
    })
    expect(await kindsOf(url)).toEqual(['ok'])
    expect(asked).toBe(0)
  })
  it('takes any other status as wrong when the suite lists some', async () => {
    const { url } = await server((_, answer) => answer.writeHead(204).end())
    expect(await kindsOf(url, { requests: [request({ expect: { status: [200, 201], body: undefined } })] })).toEqual([
      'status 204',
    ])
    expect(await kindsOf(url, { requests: [request({ expect: { status: [204], body: undefined } })] })).toEqual(['ok'])
  })
  it('looks for the expected text, also across chunks', async () => {
    const { url } = await server((_, answer) => {
      answer.write('all is w')
      setTimeout(() => answer.end('ell'), 5)
    })
    expect(await kindsOf(url, { requests: [request({ expect: { status: undefined, body: 'well' } })] })).toEqual(['ok'])
    expect(await kindsOf(url, { requests: [request({ expect: { status: undefined, body: 'good' } })] })).toEqual([
      'body did not match',
    ])
  })
  it('does not take the first byte for the answer', async () => {
    const { url } = await server((_, answer) => {
      answer.write('begun')
    })
    expect(await kindsOf(url, { timeoutMs: 400 })).toEqual(['timeout'])
  })
  it('names an answer that is cut short', async () => {
    const { url } = await server((_, answer) => {
      answer.writeHead(200, { 'content-length': '100' })
      answer.write('half')
      setTimeout(() => answer.destroy(), 5)
    })
    expect(await kindsOf(url)).toEqual(['answer cut short'])
  })
  it('reads no more than a mebibyte of an endless body', async () => {
    const chunk = 'x'.repeat(65_536)
    const { url } = await server((_, answer) => {
      const write = () => {
        while (!answer.destroyed && answer.write(chunk));
      }
      answer.on('drain', write)
      write()
    })
    expect(await kindsOf(url, { timeoutMs: 20_000, ratePerSecond: 50 })).toEqual(['ok'])
  })
  it('names what is not HTTP', async () => {
    const { url } = await tcp((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH\r\n')))
    expect(await kindsOf(url)).toEqual(['answer is not HTTP'])
  })
  it('names a name that does not resolve', async () => {
    const { records } = await recordsOf(
      'http://no-such-host.invalid',
      httpSpec({ ratePerSecond: 10, timeoutMs: 5_000 }),
      100,
    )
    expect(failures(records)).toEqual({ dns: 1 })
  })
})
