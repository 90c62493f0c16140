import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

/** What a proxy was asked for, and by whom. */
interface Asked {
  readonly target: string
  readonly authorization: string | undefined
}

/** A proxy that opens a tunnel to one port whatever host is asked for, as only it knows the way to that host. */
export async function startProxy(port: string) {
  const asked: Asked[] = []
  const server = createServer().on('connect', (request, socket) => {
    asked.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] })
    const far = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      far.pipe(socket).pipe(far)
    })
    for (const end of [far, socket]) end.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  return { asked, close, port: (server.address() as AddressInfo).port }
}
