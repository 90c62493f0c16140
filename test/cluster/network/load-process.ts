import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** Runs in a network namespace: servers for everything, and a client that does what it is asked by JSON lines. */
export const ECHO = 7_000
export const SOURCE = 7_001
export const UDP_ECHO = 7_002

export type Wish =
  | { readonly do: 'open'; readonly key: string; readonly host: string; readonly timeoutMs: number }
  | {
      readonly do: 'ping'
      readonly key: string
      readonly times: number
      readonly gapMs: number
      readonly timeoutMs: number
    }
  | {
      readonly do: 'udp'
      readonly host: string
      readonly count: number
      readonly gapMs: number
      readonly waitMs: number
      /** So many lengths, from 64 bytes on; one by default. */
      readonly lengths?: number
    }
  | { readonly do: 'receive'; readonly host: string; readonly ms: number }

const open = new Map<string, Socket>()

async function carryOut(wish: Wish): Promise<unknown> {
  switch (wish.do) {
    case 'open':
      return tcpOpen(wish)
    case 'ping':
      return tcpPing(wish)
    case 'udp':
      return udp(wish)
    case 'receive':
      return receive(wish)
  }
}

/** Milliseconds until connected; null when it was not in time, or refused. */
function tcpOpen({ key, host, timeoutMs }: Extract<Wish, { do: 'open' }>): Promise<number | null> {
  const started = performance.now()
  const socket = connect({ host, port: ECHO, noDelay: true })
  open.get(key)?.destroy()
  open.set(key, socket)
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      socket.destroy()
      resolve(null)
    }, timeoutMs)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve(performance.now() - started)
    })
    socket.on('error', () => {
      clearTimeout(timer)
      resolve(null)
    })
  })
}

async function tcpPing({ key, times, gapMs, timeoutMs }: Extract<Wish, { do: 'ping' }>) {
  const socket = open.get(key)
  const took: (number | null)[] = []
  for (let time = 0; time < times; time += 1) {
    const started = performance.now()
    const answer = new Promise<number>((resolve) => socket?.once('data', () => resolve(performance.now() - started)))
    socket?.write('x')
    took.push(await Promise.race([answer, sleep(timeoutMs, null)]))
    await sleep(gapMs)
  }
  return took
}

/** What came back of numbered datagrams, in the order in which it came: `[number, ms]`. */
async function udp({ host, count, gapMs, waitMs, lengths = 1 }: Extract<Wish, { do: 'udp' }>) {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 1 << 20 })
  const sent: number[] = []
  const back: [number, number][] = []
  let failed = 0
  socket.on('message', (message) => {
    const number = message.readUInt32BE(0)
    back.push([number, performance.now() - (sent[number] ?? 0)])
  })
  for (let number = 0; number < count; number += 1) {
    const message = Buffer.alloc(64 + (number % lengths))
    message.writeUInt32BE(number)
    sent.push(performance.now())
    socket.send(message, UDP_ECHO, host, (error) => {
      if (error) failed += 1
    })
    // Faster, and the receiver's own buffer would lose some.
    if (gapMs > 0 || number % 16 === 15) await sleep(1)
  }
  await sleep(waitMs)
  socket.close()
  return { back, failed }
}

/** Mbit/s that came from the other side's source over the time. */
async function receive({ host, ms }: Extract<Wish, { do: 'receive' }>) {
  const socket = connect({ host, port: SOURCE })
  socket.on('error', () => undefined)
  let bytes = 0
  socket.on('data', (piece) => {
    bytes += piece.length
  })
  await sleep(Math.min(500, ms / 4))
  const [before, started] = [bytes, performance.now()]
  await sleep(ms)
  const mbit = ((bytes - before) * 8) / 1_000 / (performance.now() - started)
  socket.destroy()
  return mbit
}

/** Resolves when all of them listen. */
async function serve(): Promise<void> {
  const echo = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  const block = Buffer.alloc(1 << 16)
  const source = createServer((socket) => {
    socket.on('error', () => undefined)
    const fill = () => {
      while (!socket.destroyed && socket.write(block));
    }
    socket.on('drain', fill)
    fill()
  })
  await Promise.all([once(echo.listen(ECHO, '::'), 'listening'), once(source.listen(SOURCE, '::'), 'listening')])
  for (const type of ['udp4', 'udp6'] as const) {
    const socket = createSocket({ type, ipv6Only: type === 'udp6', recvBufferSize: 1 << 20 })
    socket.on('message', (message, from) => socket.send(message, from.port, from.address))
    await once(socket.bind(UDP_ECHO), 'listening')
  }
}

if (process.argv[2] === 'load') {
  await serve()
  createInterface({ input: process.stdin }).on('line', async (line) => {
    const { number, ...wish } = JSON.parse(line)
    process.stdout.write(`${JSON.stringify({ number, result: await carryOut(wish) })}\n`)
  })
  process.stdin.on('close', () => process.exit(0))
}
