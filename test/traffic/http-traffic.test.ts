import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { failures, httpSpec, recordsOf, request, serve, trafficTo } from './servers.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})
async function server(...args: Parameters<typeof serve>) {
  const started = await serve(...args)
  stops.push(started.stop)
  return started
}

describe('the open loop', () => {
  it('sends every request that is due, each at its time', async () => {
    const { url } = await server((_, answer) => answer.end('ok'))
    const { records, startMs } = await recordsOf(url, httpSpec({ ratePerSecond: 50 }), 1_000)
    expect(records.length).toBe(50)
    expect(failures(records)).toEqual({ ok: 50 })
    const first = records.dueMs[0] ?? 0
    expect(first).toBeGreaterThanOrEqual(startMs)
    for (const [index, due] of records.dueMs.entries()) expect(due).toBeCloseTo(first + index * 20, 3)
    expect(records.latencyMs.every((ms) => ms > 0 && ms < 10_000)).toBe(true)
  })

  it('goes on sending while nothing is answered, and counts every one of them', async () => {
    let seen = 0
    const { url } = await server(() => {
      seen += 1
    })
    const { records } = await recordsOf(url, httpSpec({ ratePerSecond: 100, timeoutMs: 1_500 }), 500)
    expect(failures(records)).toEqual({ timeout: 50 })
    expect(seen).toBeGreaterThanOrEqual(50)
    expect(new Set(records.latencyMs)).toEqual(new Set([1_500]))
  })

  it('shows a stall of one second in every request that fell into it, not in one', async () => {
    const held: (() => void)[] = []
    let stalled = true
    const { url } = await server((_, answer) => {
      if (stalled) held.push(() => answer.end('ok'))
      else answer.end('ok')
    })
    const { traffic, startedMs } = trafficTo(url, httpSpec({ ratePerSecond: 50, timeoutMs: 5_000 }))
    await traffic.start(new AbortController().signal)
    const startMs = startedMs()
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    stalled = false
    for (const release of held) release()
    const releasedMs = Date.now()
    await traffic.settle(releasedMs + 200)
    const records = traffic.records(startMs, releasedMs)
    await traffic.stop()
    const slow = records.latencyMs.filter((ms) => ms > 100).length
    expect(records.length).toBeGreaterThanOrEqual(50)
    expect(slow).toBeGreaterThanOrEqual(40)
    // A request that was due when the stall had lasted for t still waited for the rest of it.
    records.latencyMs.forEach((ms, index) => {
      const rest = releasedMs - (records.dueMs[index] ?? 0)
      if (rest > 100) expect(ms).toBeGreaterThanOrEqual(rest - 50)
    })
  })

  it('sends several requests in proportion to their weights', async () => {
    const counts: Record<string, number> = {}
    const { url } = await server((asked, answer) => {
      const path = asked.url ?? ''
      counts[path] = (counts[path] ?? 0) + 1
      answer.end()
    })
    const requests = [
      request({ url: 'http://web/often', weight: 9 }),
      request({ url: 'http://web/rarely', weight: 1 }),
      request({ url: 'http://web/never', weight: 0 }),
    ]
    await recordsOf(url, httpSpec({ ratePerSecond: 200, requests }), 500)
    expect(Object.keys(counts).sort()).toEqual(['/often', '/rarely'])
    expect(counts['/often']).toBeGreaterThan((counts['/rarely'] ?? 0) * 3)
  })

  it('sends method, headers and body', async () => {
    const seen: { method: string; header: string; body: string; length: string }[] = []
    const { url } = await server(async (asked: IncomingMessage, answer) => {
      let body = ''
      for await (const chunk of asked) body += chunk
      seen.push({
        method: asked.method ?? '',
        header: String(asked.headers['x-test']),
        body,
        length: String(asked.headers['content-length']),
      })
      answer.end()
    })
    const { records } = await recordsOf(
      url,
      httpSpec({ requests: [request({ method: 'POST', headers: { 'x-test': 'yes' }, body: 'größe' })] }),
      100,
    )
    expect(failures(records)).toEqual({ ok: records.length })
    expect(seen[0]).toEqual({ method: 'POST', header: 'yes', body: 'größe', length: '7' })
  })

  it('asks for a connection of its own for each request, or to keep it', async () => {
    const asksFor = async (keepAlive: boolean) => {
      const asked = new Set<string | undefined>()
      const { url } = await server((incoming, answer) => {
        asked.add(incoming.headers.connection)
        answer.end('ok')
      })
      const { records } = await recordsOf(url, httpSpec({ ratePerSecond: 50, keepAlive }), 200)
      expect(failures(records)).toEqual({ ok: 10 })
      return [...asked]
    }
    expect(await asksFor(false)).toEqual(['close'])
    expect(await asksFor(true)).toEqual(['keep-alive'])
  })
})

describe('what the records are worth', () => {
  it('says so when the generator itself was late', async () => {
    const { url } = await server((_, answer) => answer.end('ok'))
    const { traffic, startedMs } = trafficTo(url, httpSpec({ ratePerSecond: 100, timeoutMs: 1_000 }))
    await traffic.start(new AbortController().signal)
    const startMs = startedMs()
    await traffic.settle(startMs + 100)
    const blockedUntil = Date.now() + 300
    while (Date.now() < blockedUntil);
    await traffic.settle(startMs + 600)
    const { problems } = traffic.records(startMs, startMs + 600)
    await traffic.stop()
    expect(problems).toContainEqual({
      code: 'LOAD_NOT_DELIVERED',
      detail: expect.stringMatching(/99th percentile \d+ ms after they were due, at most 100 ms/),
    })
  })

  it('does not blame the service for requests that the generator sent after their time limit', async () => {
    const { url } = await server((_, answer) => answer.end('ok'))
    const { traffic, startedMs } = trafficTo(url, httpSpec({ ratePerSecond: 100, timeoutMs: 100 }))
    await traffic.start(new AbortController().signal)
    const startMs = startedMs()
    await traffic.settle(startMs + 100)
    const blockedUntil = Date.now() + 500
    while (Date.now() < blockedUntil);
    await traffic.settle(startMs + 700)
    const records = traffic.records(startMs, startMs + 700)
    await traffic.stop()
    expect(records.length).toBeLessThan(60)
    expect(records.problems.map(({ detail }) => detail).join()).toMatch(/\d+ of 70 planned requests were sent/)
  })

  it('says so when traffic stopped before the window ended, and when it began after', async () => {
    const { url } = await server((_, answer) => answer.end('ok'))
    const { traffic, startedMs } = trafficTo(url, httpSpec({ ratePerSecond: 100 }))
    await traffic.start(new AbortController().signal)
    const startMs = startedMs()
    await traffic.settle(startMs + 200)
    await traffic.stop()
    while (Date.now() < startMs + 400) await new Promise((resolve) => setTimeout(resolve, 20))
    const detailsOf = (from: number, to: number) =>
      traffic.records(from, to).problems.map(({ code, detail }) => `${code}: ${detail}`)
    expect(detailsOf(startMs, startMs + 400)).toContainEqual(
      expect.stringMatching(/^LOAD_NOT_DELIVERED: \d+ of [34]\d planned/),
    )
    expect(detailsOf(startMs - 1_000, startMs + 100)).toContainEqual(
      expect.stringMatching(/^LOAD_NOT_DELIVERED: \d+ of 1\d\d planned/),
    )
  })

  it('says so when nothing was ever started', () => {
    const { traffic } = trafficTo('http://127.0.0.1:1', httpSpec())
    expect(traffic.records(0, 1_000).problems).toEqual([{ code: 'TRAFFIC_FAILED', detail: expect.any(String) }])
  })

  it('refuses an address that it cannot send to', async () => {
    const { traffic } = trafficTo('ftp://127.0.0.1', httpSpec())
    await expect(traffic.start(new AbortController().signal)).rejects.toMatchObject({
      code: 'TRAFFIC',
      remedy: expect.any(String),
    })
  })
})

describe('the end', () => {
  it('stops with its signal, drops what is in flight, and does not count it', async () => {
    const { url, server: http } = await server(() => {})
    const { traffic } = trafficTo(url, httpSpec({ timeoutMs: 60_000 }))
    const cancel = new AbortController()
    const arrived = once(http, 'request')
    const startMs = Date.now()
    await traffic.start(cancel.signal)
    await arrived
    cancel.abort(new Error('cancelled'))
    await traffic.stop()
    await traffic.stop()
    await traffic.settle(Date.now() + 60_000)
    expect(traffic.records(startMs, Date.now()).length).toBe(0)
  })

  it('forgets what was due before, and counts on', async () => {
    const { url } = await server((_, answer) => answer.end('ok'))
    const { traffic, startedMs } = trafficTo(url, httpSpec({ ratePerSecond: 100 }))
    await traffic.start(new AbortController().signal)
    const startMs = startedMs()
    await traffic.settle(startMs + 300)
    traffic.forget(startMs + 200)
    expect(traffic.records(startMs, startMs + 200).length).toBe(0)
    expect(traffic.records(startMs + 200, startMs + 300).length).toBe(10)
    await traffic.settle(startMs + 500)
    expect(traffic.records(startMs + 200, startMs + 500).length).toBe(30)
    expect(traffic.stats().requests).toBeGreaterThanOrEqual(50)
    await traffic.stop()
  })
})
