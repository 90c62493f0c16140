import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { LinkFacts } from '../../src/model/inventory.ts'
import { createLinkTable } from '../../src/platform/process/link/link-table.ts'
import { alternate } from './alternate.ts'
import { median, type Row, round } from './row.ts'

const HOST = '127.0.0.1'
const TURNS = 11
const ROUND_TRIPS = 200
const PIECE = Buffer.alloc(65_536, 'x')
const PIECES = 512
const FACTS: LinkFacts = {
  id: 'web-1>api:http',
  from: { workload: 'web', replica: 'web-1' },
  to: { workload: 'api', port: 'http' },
}

/** What a link adds to a connection, with both ends and the link in one process, as the direct connection has both ends. */
export async function links(): Promise<readonly Row[]> {
  const echo = createServer({ noDelay: true }, (socket) => socket.pipe(socket).on('error', () => socket.destroy()))
  const direct = await listen(echo)
  const table = createLinkTable()
  const link = await table.open(FACTS, () => [{ replica: 'api-1', host: HOST, port: direct }])
  try {
    return [await roundTrips(link.port, direct), await throughput(link.port, direct)]
  } finally {
    await table.close()
    echo.close()
  }
}

async function roundTrips(port: number, direct: number): Promise<Row> {
  const pairs = await alternate(
    TURNS,
    () => roundTripMs(port),
    () => roundTripMs(direct),
  )
  const [own, peer] = [median(pairs.map(({ one }) => one)), median(pairs.map(({ other }) => other))]
  return {
    what: 'round trip through a link, median',
    measured: round(median(pairs.map(({ one, other }) => one / other))),
    unit: 'times a direct connection',
    target: null,
    peer: `${round(own, 3)} ms against ${round(peer, 3)} ms`,
  }
}

async function throughput(port: number, direct: number): Promise<Row> {
  const pairs = await alternate(
    TURNS,
    () => megabytesPerSecond(port),
    () => megabytesPerSecond(direct),
  )
  const [own, peer] = [median(pairs.map(({ one }) => one)), median(pairs.map(({ other }) => other))]
  return {
    what: 'throughput through a link, there and back',
    measured: round(median(pairs.map(({ one, other }) => one / other))),
    unit: 'of a direct connection',
    target: null,
    peer: `${round(own, 0)} MB/s against ${round(peer, 0)} MB/s`,
  }
}

async function roundTripMs(port: number): Promise<number> {
  const socket = await opened(port)
  const times: number[] = []
  for (let trip = 0; trip < ROUND_TRIPS; trip += 1) {
    const startedAt = performance.now()
    socket.write('ping')
    await once(socket, 'data')
    times.push(performance.now() - startedAt)
  }
  socket.destroy()
  return median(times)
}

async function megabytesPerSecond(port: number): Promise<number> {
  const socket = await opened(port)
  const startedAt = performance.now()
  let missing = PIECE.length * PIECES
  const back = new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.on('data', (data) => {
      missing -= data.length
      if (missing <= 0) resolve()
    })
  })
  for (let piece = 0; piece < PIECES; piece += 1) if (!socket.write(PIECE)) await once(socket, 'drain')
  await back
  socket.destroy()
  return (PIECE.length * PIECES) / 1e6 / ((performance.now() - startedAt) / 1_000)
}

async function opened(port: number): Promise<Socket> {
  const socket = connect({ port, host: HOST, noDelay: true })
  await once(socket, 'connect')
  return socket
}

async function listen(server: Server): Promise<number> {
  server.listen(0, HOST)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
