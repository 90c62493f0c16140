import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { HeldConnections } from '../../../src/daemon/connections/hold-connections.ts'

async function serverWith(take: (socket: Socket) => void) {
  const server = createServer((socket) => take(socket.on('error', () => undefined)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, place: { address: '127.0.0.1', port: (server.address() as AddressInfo).port } }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('opens as many as are wanted, to each place in turn, and opens again what is closed', async () => {
  const sockets = new Set<Socket>()
  const take = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  const one = await serverWith(take)
  const two = await serverWith(take)
  const held = new HeldConnections([one.place, two.place], 120)
  await held.tried
  expect(held.counts()).toEqual({ open: 120, refused: 0 })
  await until(() => sockets.size === 120)
  expect([...sockets].filter(({ localPort }) => localPort === one.place.port)).toHaveLength(60)
  for (const socket of [...sockets].slice(0, 30)) socket.destroy()
  await until(() => held.counts().open < 120)
  await until(() => held.counts().open === 120 && sockets.size === 120)
  held.close()
  await until(() => sockets.size === 0)
  one.server.close()
  two.server.close()
})

test('counts those that are not taken', async () => {
  const { server, place } = await serverWith(() => undefined)
  server.close()
  await once(server, 'close')
  const held = new HeldConnections([place], 20)
  await held.tried
  expect(held.counts()).toEqual({ open: 0, refused: 20 })
  held.close()
})

test('counts those that are closed at once, and goes on in measure', async () => {
  let taken = 0
  const { server, place } = await serverWith((socket) => {
    taken += 1
    socket.destroy()
  })
  const held = new HeldConnections([place], 5)
  await held.tried
  await until(() => taken >= 10)
  await until(() => held.counts().refused > 0)
  held.close()
  server.close()
})
