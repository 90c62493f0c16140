import { describe, expect, test } from 'vitest'
import {
  bandwidth,
  delay,
  dial,
  echoReplica,
  facts,
  get,
  httpReplica,
  linked,
  partition,
  table,
  tcpReplica,
  until,
} from './harness.ts'

const turn = () => new Promise((resolve) => setTimeout(resolve, 20))

describe('a silent partition', () => {
  test('holds what open connections send, and delivers it in order when it ends', async () => {
    const replica = await echoReplica()
    const { links, link } = await linked(replica)
    const wire = await dial(link)
    wire.send('before ')
    await until(() => wire.text() === 'before ')
    links.setRule('cut', {}, partition('hang', 'to-server'))
    wire.send('one ')
    wire.send('two')
    wire.socket.end()
    await until(() => links.ruleCounters('cut').bytesHit === 7)
    await turn()
    expect(wire.text()).toBe('before ')
    const under = links.ruleCounters('cut')
    expect(under).toMatchObject({ active: true, connections: 1, connectionsHit: 1 })
    expect(under.medianHeldMs).toBeGreaterThanOrEqual(15)
    links.removeRule('cut')
    await until(() => wire.fate() === 'end')
    expect(wire.text()).toBe('before one two')
    expect(links.ruleCounters('cut')).toMatchObject({ active: false, bytesHit: 7 })
    expect(links.ruleCounters('cut').medianHeldMs).toBeGreaterThanOrEqual(15)
  })

  test('holds answers only, where only they are cut', async () => {
    let got = ''
    const replica = await tcpReplica((socket) => {
      socket.on('data', (chunk) => {
        got += chunk
        socket.write('answer')
      })
    })
    const { links, link } = await linked(replica)
    const wire = await dial(link)
    await until(() => replica.sockets.size === 1)
    links.setRule('cut', {}, partition('hang', 'to-client'))
    wire.send('asked')
    await until(() => got === 'asked' && links.ruleCounters('cut').bytesHit === 6)
    expect(wire.text()).toBe('')
    links.removeRule('cut')
    await until(() => wire.text() === 'answer')
  })

  test('keeps new connections from the service until it ends', async () => {
    const replica = await echoReplica()
    const { links, link } = await linked(replica)
    links.setRule('cut', {}, partition('hang', 'to-client'))
    const wire = await dial(link)
    wire.send('hello')
    await until(() => links.ruleCounters('cut').bytesHit === 5)
    await turn()
    expect(replica.sockets.size).toBe(0)
    expect(links.ruleCounters('cut')).toMatchObject({ connections: 1, connectionsHit: 1 })
    links.removeRule('cut')
    await until(() => wire.text() === 'hello')
  })

  test('stops reading from one who sends on and on', async () => {
    const { links, link } = await linked(await echoReplica())
    const wire = await dial(link)
    links.setRule('cut', {}, partition('hang'))
    const bytes = Buffer.alloc(8_000_000, 'abcdefg')
    wire.send(bytes)
    await until(() => links.ruleCounters('cut').bytesHit >= 262_144)
    await turn()
    expect(links.ruleCounters('cut').bytesHit).toBeLessThan(1_000_000)
    links.removeRule('cut')
    await until(() => wire.bytes().length === bytes.length)
    expect(wire.bytes().equals(bytes)).toBe(true)
  })

  test('forgets connections whose consumer reset them while they waited', async () => {
    const replica = await echoReplica()
    const { links, link } = await linked(replica)
    links.setRule('cut', {}, partition('hang'))
    const wire = await dial(link)
    wire.socket.resetAndDestroy()
    const other = await dial(link)
    await until(() => links.ruleCounters('cut').connections === 2)
    links.removeRule('cut')
    other.send('still here')
    await until(() => other.text() === 'still here')
  })

  test('counts a request that its consumer gave up', async () => {
    const { links, link } = await linked(await httpReplica((_, answer) => answer.end('hi')))
    links.setRule('cut', {}, partition('hang'))
    const wire = await dial(link)
    wire.send(get('/'))
    wire.socket.destroySoon()
    await until(() => links.serviceCounts()[0]?.bad === 1)
    links.removeRule('cut')
    await turn()
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 1, bad: 1 }])
  })

  test('looks up where the replica listens when the connection is made', async () => {
    const first = await echoReplica()
    const second = await echoReplica()
    const links = table()
    let now = first
    const link = await links.open(facts(), () => [now.backend])
    links.setRule('cut', {}, partition('hang'))
    const wire = await dial(link)
    wire.send('hi')
    await until(() => links.ruleCounters('cut').bytesHit === 2)
    now = second
    await first.close()
    links.removeRule('cut')
    await until(() => wire.text() === 'hi')
  })
})

describe('a refusing partition', () => {
  test('resets open connections and refuses new ones, until it ends', async () => {
    const replica = await echoReplica()
    const { links, link } = await linked(replica)
    const open = await dial(link)
    open.send('hello')
    await until(() => open.text() === 'hello')
    links.setRule('cut', {}, partition('refuse'))
    await until(() => open.fate() === 'reset' && replica.sockets.size === 0)
    const refused = await dial(link)
    await until(() => refused.fate() === 'reset')
    expect(replica.sockets.size).toBe(0)
    expect(links.ruleCounters('cut')).toMatchObject({ connections: 2, connectionsHit: 2 })
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 2, bad: 2 }])
    links.removeRule('cut')
    const after = await dial(link)
    after.send('again')
    await until(() => after.text() === 'again')
  })
})

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

describe('several rules', () => {
  test('on one link add up, and can go in any order', async () => {
    const { links, link } = await linked(await echoReplica())
    const orders = [
      ['a', 'b', 'c'],
      ['c', 'a', 'b'],
      ['b', 'c', 'a'],
    ]
    for (const order of orders) {
      links.setRule('a', {}, delay(30, 'to-server'))
      links.setRule('b', {}, delay(30, 'to-server'))
      const wire = await dial(link)
      const start = performance.now()
      wire.send('1')
      await until(() => wire.text() === '1')
      expect(performance.now() - start).toBeGreaterThanOrEqual(60)
      links.setRule('c', {}, partition('hang'))
      wire.send('2')
      await until(() => links.ruleCounters('c').bytesHit === 1)
      expect(links.rules().map(({ id }) => id)).toEqual(['a', 'b', 'c'])
      for (const id of order) {
        expect(wire.text()).toBe(links.ruleCounters('c').active ? '1' : wire.text())
        links.removeRule(id)
      }
      await until(() => wire.text() === '12')
      expect(links.rules()).toEqual([])
    }
  })

  test('two silences end when both have ended', async () => {
    const { links, link } = await linked(await echoReplica())
    links.setRule('one', {}, partition('hang', 'to-server'))
    links.setRule('two', {}, partition('hang', 'to-client'))
    const wire = await dial(link)
    wire.send('hi')
    await until(() => links.ruleCounters('two').bytesHit === 2)
    links.removeRule('one')
    await turn()
    expect(wire.text()).toBe('')
    links.removeRule('two')
    await until(() => wire.text() === 'hi')
  })

  test('set twice are set once, and set anew start to count anew', async () => {
    const { links, link } = await linked(await echoReplica())
    const wire = await dial(link)
    links.setRule('slow', {}, delay(1))
    wire.send('a')
    await until(() => wire.text() === 'a')
    links.setRule('slow', {}, delay(1))
    expect(links.ruleCounters('slow').bytesHit).toBe(2)
    links.setRule('slow', {}, delay(2))
    expect(links.ruleCounters('slow')).toMatchObject({ active: true, connections: 1, bytesHit: 0 })
    links.removeRule('slow')
    links.removeRule('slow')
    links.setRule('slow', {}, delay(2))
    expect(links.ruleCounters('slow')).toMatchObject({ active: true, connectionsHit: 0 })
    expect(links.rules()).toHaveLength(1)
  })

  test('of a kind that cannot be are refused with a reason', () => {
    const links = table()
    expect(() => links.setRule('bad', {}, delay(-1))).toThrow('the link rule bad cannot be set: -1 ms is no latency')
    expect(() => links.setRule('bad', {}, bandwidth(0))).toThrow('0 is no bandwidth')
    expect(links.rules()).toEqual([])
  })
})

describe('a rule for others', () => {
  test.each([
    ['another consumer', { from: { workload: 'shop' } }],
    ['another replica of the consumer', { from: { workload: 'web', replicas: ['web-2'] } }],
    ['another service', { to: { workload: 'db' } }],
    ['another replica of the service', { to: { workload: 'api', replicas: ['api-2'] } }],
  ])('does nothing: %s', async (_, match) => {
    const { links, link } = await linked(await echoReplica())
    links.setRule('slow', match, delay(10))
    links.setRule('cut', match, partition('refuse'))
    const wire = await dial(link)
    wire.send('hello')
    await until(() => wire.text() === 'hello')
    for (const id of ['slow', 'cut']) {
      expect(links.ruleCounters(id)).toEqual({
        active: true,
        connections: 0,
        connectionsHit: 0,
        requestsMatched: 0,
        requestsHit: 0,
        bytesHit: 0,
        medianHeldMs: undefined,
      })
    }
  })

  test('hits only the connections that were balanced to its replicas', async () => {
    const { links, link } = await linked(await echoReplica('api-1'), await echoReplica('api-2'))
    const wires = [await dial(link), await dial(link)]
    for (const wire of wires) wire.send('hi')
    await until(() => wires.every((wire) => wire.text() === 'hi'))
    links.setRule('cut', { to: { workload: 'api', replicas: ['api-2'] } }, partition('refuse'))
    await until(() => wires.some((wire) => wire.fate() === 'reset'))
    expect(wires.map((wire) => wire.fate())).toEqual([undefined, 'reset'])
    expect(links.ruleCounters('cut')).toMatchObject({ connections: 1, connectionsHit: 1 })
    expect(links.crossings({ to: { replicas: ['api-2'] } })).toBe(1)
    expect(links.crossings({ to: { workload: 'api' } })).toBe(2)
  })
})
