import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { limitConnecting, NO_CONNECTION } from '../../src/kube/connect-limit.ts'

test('a connection that nobody answers is given up', async () => {
  // Its name is never found.
  const socket = connect({ host: 'silent.invalid', port: 1, lookup: () => undefined })
  limitConnecting(socket, 5)
  const [error] = await once(socket, 'error', { signal: AbortSignal.timeout(10_000) }).catch((thrown) => [thrown])
  expect(error).toMatchObject({ code: NO_CONNECTION })
})

test('one that was made is left alone', async () => {
  const server = createServer((other) => other.pipe(other)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
    server.close()
  })
  limitConnecting(socket, 1_000)
  await once(socket, 'connect')
  limitConnecting(socket, 0)
  socket.write('x')
  expect(String((await once(socket, 'data'))[0])).toBe('x')
})
