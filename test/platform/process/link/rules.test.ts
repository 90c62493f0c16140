import { describe, expect, test } from 'vitest'
import { bandwidth, delay, dial, echoReplica, linked, partition, table, until } from './harness.ts'

const turn = () => new Promise((resolve) => setTimeout(resolve, 20))

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
