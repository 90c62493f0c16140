import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { createServer as createHttp2 } from 'node:http2'
import { createServer as createRaw } from 'node:net'

/** What runs in the pod of a test: HTTP on the first port, HTTP/2 on the second, an echo on the third. Says when all listen. */
const [http = 0, http2 = 0, raw = 0] = process.argv.slice(2).map(Number)
const BIG = randomBytes(13_000_000)
const digest = createHash('sha256').update(BIG).digest('hex')

const servers = [
  createServer((message, answer) => {
    if (message.url === '/big') {
      answer.setHeader('x-digest', digest)
      for (let at = 0; at < BIG.length; at += 65_537) answer.write(BIG.subarray(at, at + 65_537))
      answer.end()
    } else answer.end(`${message.socket.remoteAddress} ${message.url}`)
  }).listen(http, '::'),
  createHttp2()
    .on('stream', (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.resume().end()
    })
    .listen(http2, '::'),
  createRaw((socket) => void socket.on('error', () => undefined).pipe(socket)).listen(raw, '::'),
]
await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))))
process.stdout.write('listening\n')
