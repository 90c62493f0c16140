import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectionsProber } from '../../../src/daemon/connections/connections-prober.ts'
import { openConnections } from '../../../src/daemon/connections/open-connections.ts'
import type { NodeAction } from '../../../src/model/cluster/node-action.ts'
import { type Lab, NFT, openLab } from '../proxy/lab.ts'
import { until } from '../tools.ts'

type ConnectionsAction = Extract<NodeAction, { readonly do: 'open-connections' }>

const PORT = 7070
const LONG_MS = 60_000
const probe = { probe: 'connections', port: PORT } as const

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
  const app = fileURLToPath(new URL('../proxy/app.ts', import.meta.url))
  await lab.start(process.execPath, app, '8080', '9090', `${PORT}`)
})
afterAll(() => lab.close())

const action = (more: Partial<ConnectionsAction> = {}): ConnectionsAction => ({
  do: 'open-connections',
  port: PORT,
  count: 300,
  peers: undefined,
  ...more,
})

const read = async () => connectionsProber.read(probe, lab.pod, lab.context('00000030', LONG_MS), [])

test('opens connections to the pod, holds them and closes them', async () => {
  const context = lab.context('00000031', LONG_MS)
  const before = await read()
  expect(before).toMatchObject({
    ready: true,
    answers: { accepted: 3 },
    matched: 0,
    inbound: { attempts: 3, answered: 3 },
  })
  expect(openConnections.refuse(action(), lab.pod, NFT)).toBeUndefined()
  await openConnections.apply(action(), lab.pod, context)
  await openConnections.apply(action(), lab.pod, context)
  expect(await openConnections.counters?.(action(), lab.pod, context)).toEqual({ open: 300, refused: 0 })
  expect((await read()).matched).toBe(300)
  expect(await openConnections.leftovers(action(), lab.pod, context)).toHaveLength(1)
  await openConnections.undo(action(), lab.pod, context)
  await openConnections.undo(action(), lab.pod, context)
  await until('them to be closed', async () => ((await read()).matched === 0 ? true : undefined))
  expect(await openConnections.leftovers(action(), lab.pod, context)).toEqual([])
  expect(await openConnections.counters?.(action(), lab.pod, context)).toEqual({})
  expect(context.exits).toEqual([])
})

test('ends by itself at its time', async () => {
  const context = lab.context('00000032', 1_500)
  await openConnections.apply(action({ count: 10 }), lab.pod, context)
  await until('its end', async () => ((await read()).matched === 0 ? true : undefined))
  await openConnections.undo(action(), lab.pod, context)
  expect(context.exits).toEqual([])
})

test('is told of when its process is killed', async () => {
  const context = lab.context('00000033', LONG_MS)
  await openConnections.apply(action({ count: 10 }), lab.pod, context)
  const [left = ''] = await openConnections.leftovers(action(), lab.pod, context)
  process.kill(Number(/process (\d+)/.exec(left)?.[1]), 'SIGKILL')
  await until('the daemon to be told', () => context.exits.length > 0 || undefined)
  await openConnections.undo(action(), lab.pod, context)
  await until('them to be closed', async () => ((await read()).matched === 0 ? true : undefined))
})

test('opens them from the pod to its peers', async () => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(PORT, lab.host4)
  await once(server, 'listening')
  const context = lab.context('00000034', LONG_MS)
  const what = action({ count: 40, peers: { v4: [lab.host4], v6: [] } })
  await openConnections.apply(what, lab.pod, context)
  expect([...sockets].every(({ remoteAddress }) => remoteAddress === lab.v4)).toBe(true)
  expect(await openConnections.counters?.(what, lab.pod, context)).toEqual({ open: 40, refused: 0 })
  expect(await connectionsProber.read(probe, lab.pod, context, [lab.host4])).toMatchObject({ ready: true, matched: 40 })
  await openConnections.undo(what, lab.pod, context)
  await until('them to be closed', () => sockets.size === 0 || undefined)
  server.close()
})

test('sees that nobody takes connections any more', async () => {
  const closed = { probe: 'connections', port: 7071 } as const
  const got = await connectionsProber.read(closed, lab.pod, lab.context('00000035', LONG_MS), [])
  expect(got).toMatchObject({
    ready: false,
    answers: { refused: 3 },
    inbound: { attempts: 3, answered: 3 },
    matched: 0,
  })
})

test('says why it cannot be done', () => {
  expect(openConnections.refuse(action({ count: 30_000 }), lab.pod, NFT)).toContain('more than')
  expect(openConnections.refuse(action(), { ...lab.pod, ips: [] }, NFT)).toContain('no address')
  expect(openConnections.refuse(action({ peers: { v4: [], v6: [] } }), lab.pod, NFT)).toContain('no address')
})
