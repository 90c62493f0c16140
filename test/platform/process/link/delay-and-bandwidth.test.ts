import { describe, expect, test } from 'vitest'
import { bandwidth, delay, dial, echoReplica, linked, tcpReplica, until } from './harness.ts'

describe('a delay', () => {
  test.each([
    ['to-server', 40],
    ['to-client', 40],
    ['both', 80],
  ] as const)('%s adds its latency to each way that it acts on', async (direction, atLeast) => {
    const { links, link } = await linked(await echoReplica())
    const wire = await dial(link)
    links.setRule('slow', {}, delay(40, direction))
    const start = performance.now()
    wire.send('x')
    await until(() => wire.text() === 'x')
    expect(performance.now() - start).toBeGreaterThanOrEqual(atLeast)
    const counters = links.ruleCounters('slow')
    expect(counters).toMatchObject({ connections: 1, connectionsHit: 1, bytesHit: direction === 'both' ? 2 : 1 })
    expect(counters.medianHeldMs).toBeGreaterThanOrEqual(40)
  })

  test('delays an end and a reset as well', async () => {
    const replica = await tcpReplica((socket) => {
      socket.on('data', (chunk) => (String(chunk) === 'end' ? socket.end() : socket.resetAndDestroy()))
    })
    const { links, link } = await linked(replica)
    for (const [word, fate] of [
      ['end', 'end'],
      ['die', 'reset'],
    ] as const) {
      const wire = await dial(link)
      await until(() => replica.sockets.size > 0)
      links.setRule('slow', {}, delay(50, 'to-client'))
      const start = performance.now()
      wire.send(word)
      await until(() => wire.fate() === fate)
      expect(performance.now() - start).toBeGreaterThanOrEqual(50)
      links.removeRule('slow')
      wire.socket.destroy()
      await until(() => replica.sockets.size === 0)
    }
  })

  test('keeps the order however much single delays differ', async () => {
    const { links, link } = await linked(await echoReplica())
    links.setRule(
      'slow',
      {},
      { rule: 'delay', direction: 'both', latencyMs: 5, jitterMs: 5, distribution: 'pareto', seed: 7 },
    )
    const wire = await dial(link)
    const words = Array.from({ length: 100 }, (_, index) => `${index};`)
    for (const word of words) {
      wire.send(word)
      await new Promise(setImmediate)
    }
    await until(() => wire.text().length === words.join('').length)
    expect(wire.text()).toBe(words.join(''))
  })

  test('delivers at once what it held when it ends', async () => {
    const { links, link } = await linked(await echoReplica())
    links.setRule('slow', {}, delay(3_600_000))
    const wire = await dial(link)
    wire.send('hello')
    await until(() => links.ruleCounters('slow').bytesHit === 5)
    links.removeRule('slow')
    await until(() => wire.text() === 'hello')
  })

  test('does not narrow the line: much can be in flight', async () => {
    const { links, link } = await linked(await echoReplica())
    links.setRule('slow', {}, delay(20))
    const wire = await dial(link)
    const bytes = Buffer.alloc(6_000_000, 'xyz')
    wire.send(bytes)
    await until(() => wire.bytes().length === bytes.length)
    expect(wire.bytes().equals(bytes)).toBe(true)
    expect(links.ruleCounters('slow').bytesHit).toBe(2 * bytes.length)
  })
})

describe('a bandwidth limit', () => {
  test('lets bytes through no faster than its rate, shared by the connections of a link', async () => {
    const { links, link } = await linked(await echoReplica())
    const wires = [await dial(link), await dial(link)]
    links.setRule('narrow', {}, bandwidth(200_000, 'to-client'))
    const start = performance.now()
    for (const wire of wires) wire.send(Buffer.alloc(15_000, 'n'))
    await until(() => wires.every((wire) => wire.bytes().length === 15_000))
    expect(performance.now() - start).toBeGreaterThanOrEqual(150)
    const counters = links.ruleCounters('narrow')
    expect(counters).toMatchObject({ connections: 2, connectionsHit: 2, bytesHit: 30_000 })
    expect(counters.medianHeldMs).toBeGreaterThanOrEqual(1)
  })

  test('lets go of everything when it ends, and of what it never counted', async () => {
    const { links, link } = await linked(await echoReplica())
    links.setRule('narrow', {}, bandwidth(10))
    const wire = await dial(link)
    wire.send(Buffer.alloc(2_000_000, 'n'))
    await until(() => links.ruleCounters('narrow').connectionsHit === 1)
    links.removeRule('narrow')
    await until(() => wire.bytes().length === 2_000_000)
  })
})
