import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { TRAFFIC_CONSUMER } from '../../../../src/model/inventory.ts'
import {
  abort,
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

describe('balancing', () => {
  test('takes ready replicas in turns, one a connection', async () => {
    const replicas = await Promise.all(
      ['api-1', 'api-2', 'api-3'].map((name) => tcpReplica((socket) => void socket.end(name), name)),
    )
    const links = table()
    const ready = new Set(['api-1', 'api-2', 'api-3'])
    const link = await links.open(facts(), () =>
      replicas.map(({ backend }) => backend).filter(({ replica }) => ready.has(replica)),
    )
    const reach = async () => {
      const wire = await dial(link)
      await until(() => wire.fate() !== undefined)
      return wire.text()
    }
    const first = [await reach(), await reach(), await reach(), await reach()]
    expect(first).toEqual(['api-1', 'api-2', 'api-3', 'api-1'])
    ready.delete('api-2')
    const without = new Set([await reach(), await reach(), await reach(), await reach()])
    expect([...without].sort()).toEqual(['api-1', 'api-3'])
  })

  test('refuses when no replica is ready, and when the replica does', async () => {
    const { links, link } = await linked()
    const wire = await dial(link)
    await until(() => wire.fate() === 'reset')
    const gone = await echoReplica()
    const dead = await links.open(facts('shop'), () => [gone.backend])
    await gone.close()
    const refused = await dial(dead)
    await until(() => refused.fate() === 'reset')
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 2, bad: 2 }])
  })

  test('a replica that dies in the middle of an answer', async () => {
    const replica = await httpReplica((_, answer) => {
      answer.writeHead(200, { 'content-length': 100 })
      answer.write('part')
    })
    const { links, link } = await linked(replica)
    const wire = await dial(link)
    wire.send(get('/'))
    await until(() => wire.text().endsWith('part'))
    await replica.close()
    await until(() => wire.fate() !== undefined)
    wire.socket.destroy()
    await until(() => links.serviceCounts()[0]?.n === 1)
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 1, bad: 1 }])
  })

  test('a port that is taken is a platform error with a remedy', async () => {
    const { links, link } = await linked()
    await expect(links.open(facts('other'), () => [], { listenPort: link.port })).rejects.toMatchObject({
      code: 'PLATFORM',
      target: 'api',
      remedy: expect.stringContaining('Free the port'),
    })
    await expect(links.open(facts(), () => [])).rejects.toThrow('is open already')
  })

  test('a link that was closed can be opened again, on the same port', async () => {
    const { links, link } = await linked(await echoReplica())
    const wire = await dial(link)
    wire.send('hi')
    await until(() => wire.text() === 'hi')
    await link.close()
    await until(() => wire.fate() === 'reset')
    const again = await links.open(facts(), () => [], { listenPort: link.port })
    expect(again.address).toBe(link.address)
    expect(links.links()).toEqual([again])
  })
})

describe('counting', () => {
  test('errors of the service, cut answers and resets are bad', async () => {
    const replica = await httpReplica((asked, answer) => {
      if (asked.url === '/reset') asked.socket.resetAndDestroy()
      else answer.writeHead(Number(asked.url?.slice(1))).end()
    })
    const { links, link } = await linked(replica)
    for (const path of ['/200', '/404', '/500', '/503', '/reset']) {
      const wire = await dial(link)
      wire.send(get(path, 'connection: close'))
      await until(() => wire.fate() !== undefined)
      wire.socket.destroy()
    }
    await until(() => links.serviceCounts()[0]?.n === 5)
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 5, bad: 3 }])
  })

  test('connections that are not HTTP are bad when the service resets them, not when their consumer does', async () => {
    const replica = await tcpReplica((socket) => {
      socket.on('data', (chunk) => (String(chunk).includes('die') ? socket.resetAndDestroy() : socket.write('ok')))
    })
    const { links, link } = await linked(replica)
    const [fine, dead, quit, idle] = [await dial(link), await dial(link), await dial(link), await dial(link)]
    fine.send('\x00hi')
    quit.send('\x00hi')
    dead.send('\x00die')
    await until(() => fine.text() === 'ok' && quit.text() === 'ok' && dead.fate() === 'reset')
    quit.socket.resetAndDestroy()
    idle.socket.end()
    await until(() => replica.sockets.size === 2)
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 3, bad: 1 }])
  })

  test('crossings of matching links only, since they were opened', async () => {
    const replica = await httpReplica((_, answer) => void answer.end('ok'))
    const links = table()
    const users = await links.open(facts(TRAFFIC_CONSUMER, 'web', TRAFFIC_CONSUMER), () => [replica.backend])
    const calls = await links.open(facts('web', 'api'), () => [replica.backend])
    const wire = await dial(users)
    wire.send(get('/1') + get('/2') + get('/3'))
    await until(() => links.serviceCounts().some(({ service, n }) => service === 'web' && n === 3))
    await dial(calls)
    await until(() => links.crossings({}) === 4)
    expect(links.crossings({ from: { workload: TRAFFIC_CONSUMER } })).toBe(3)
    expect(links.crossings({ to: { workload: 'api' } })).toBe(1)
    expect(links.crossings({ to: { workload: 'api', replicas: ['api-9'] } })).toBe(0)
    expect(links.crossings({ from: { workload: 'web', replicas: ['web-1'] } })).toBe(1)
  })

  test('an unknown rule has counted nothing', () => {
    expect(table().ruleCounters('none')).toMatchObject({ active: false, connections: 0, medianHeldMs: undefined })
  })
})

describe('probes', () => {
  test('ask as a consumer does, and leave no trace in any count', async () => {
    const { links, link } = await linked(
      await httpReplica((asked, answer) => void answer.writeHead(asked.url === '/ok' ? 200 : 500).end('body')),
    )
    const id = link.facts.id
    links.setRule('slow', {}, delay(20))
    const answer = await links.probe(id, { path: '/ok', timeoutMs: 20_000 })
    expect(answer).toMatchObject({ answered: true, status: 200 })
    expect(answer.ms).toBeGreaterThanOrEqual(40)
    expect(await links.probe(id, { path: '/not found', timeoutMs: 20_000 })).toMatchObject({
      answered: true,
      status: 500,
    })
    const tcp = await links.probe(id, { timeoutMs: 20_000 })
    expect(tcp.answered).toBe(true)
    expect(tcp.status).toBeUndefined()
    expect(tcp.ms).toBeGreaterThanOrEqual(40)
    expect(links.crossings({})).toBe(0)
    expect(links.serviceCounts()).toEqual([{ service: 'api', n: 0, bad: 0 }])
    expect(links.ruleCounters('slow')).toMatchObject({ connections: 0, connectionsHit: 0, bytesHit: 0 })
  })

  test('feel the rules', async () => {
    const { links, link } = await linked(await httpReplica((_, answer) => void answer.end('ok')))
    const id = link.facts.id
    const both = async () => [
      await links.probe(id, { path: '/', timeoutMs: 150 }),
      await links.probe(id, { timeoutMs: 150 }),
    ]
    links.setRule('cut', {}, partition('hang'))
    expect((await both()).map(({ answered }) => answered)).toEqual([false, false])
    links.setRule('cut', {}, partition('refuse'))
    expect((await both()).map(({ answered }) => answered)).toEqual([false, false])
    links.removeRule('cut')
    links.setRule('abort', {}, abort(503))
    expect(await links.probe(id, { path: '/', timeoutMs: 20_000 })).toMatchObject({ answered: true, status: 503 })
    expect(links.ruleCounters('abort').requestsHit).toBe(0)
  })

  test('are not answered by a service that hangs up, or is not there', async () => {
    const hangsUp = await linked(await tcpReplica((socket) => void socket.end()))
    expect(await hangsUp.links.probe(hangsUp.link.facts.id, { timeoutMs: 20_000 })).toMatchObject({ answered: false })
    const nobody = await linked()
    expect(await nobody.links.probe(nobody.link.facts.id, { path: '/', timeoutMs: 20_000 })).toMatchObject({
      answered: false,
    })
    await expect(nobody.links.probe('no>such', { timeoutMs: 1 })).rejects.toThrow('there is no link no>such')
  })

  test('do not take the turns of real connections', async () => {
    const { links, link } = await linked(
      ...(await Promise.all(['api-1', 'api-2'].map((name) => tcpReplica((socket) => void socket.write(name), name)))),
    )
    const reached: string[] = []
    for (let round = 0; round < 4; round += 1) {
      const socket = connect(link.port, link.host)
      onTestFinished(() => void socket.destroy())
      reached.push(await new Promise((resolve) => socket.on('data', (name) => resolve(String(name)))))
      await links.probe(link.facts.id, { timeoutMs: 20_000 })
    }
    expect(reached).toEqual(['api-1', 'api-2', 'api-1', 'api-2'])
  })
})
