import { describe, expect, test } from 'vitest'
import { dial, echoReplica, facts, get, httpReplica, linked, partition, table, tcpReplica, until } from './harness.ts'

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
