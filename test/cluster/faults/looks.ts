import { createSocket } from 'node:dgram'
import { get as httpGet } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Looks at pods from outside, as their users do: nothing here knows what a fault is. All times in milliseconds. */

export interface HttpLook {
  /** Undefined where nothing was answered. */
  readonly status: number | undefined
  readonly body: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly ms: number
}

const PATIENCE_MS = 1_500

/** One request on a connection of its own. */
export function ask(address: string, path = '/', port = 8080, patienceMs = PATIENCE_MS): Promise<HttpLook> {
  const at = performance.now()
  return new Promise((resolve) => {
    const over = (look: Omit<HttpLook, 'ms'>) => resolve({ ...look, ms: performance.now() - at })
    const none = () => over({ status: undefined, body: '', headers: {} })
    const request = httpGet({ host: address, port, path, agent: false, signal: AbortSignal.timeout(patienceMs) })
    request.once('error', none).once('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', none)
      response.once('end', () =>
        over({ status: response.statusCode, body: Buffer.concat(chunks).toString(), headers: response.headers }),
      )
    })
  })
}

/** What the app says of itself on one of its paths; undefined where it says nothing. */
export async function appSays<T>(address: string, path: string, patienceMs = 5_000): Promise<T | undefined> {
  const { status, body } = await ask(address, path, 8080, patienceMs)
  return status === 200 ? (JSON.parse(body) as T) : undefined
}

/** The gRPC status of a call over HTTP/2 without TLS; undefined where that is not spoken. */
export function askGrpc(address: string, path: string, port = 8080): Promise<string | undefined> {
  return new Promise((resolve) => {
    const session = connectHttp2(`http://${address}:${port}`)
    const over = (status: string | undefined) => {
      session.destroy()
      resolve(status)
    }
    const timer = setTimeout(() => over(undefined), PATIENCE_MS)
    session.once('error', () => over(undefined)).once('close', () => clearTimeout(timer))
    const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' })
    stream.once('error', () => over(undefined))
    stream.once('response', (headers) => over(headers['grpc-status']?.toString()))
    stream.end()
  })
}

/** Milliseconds until a connection is there; undefined where there is none in time. */
export function connectMs(address: string, port: number, patienceMs = 700): Promise<number | undefined> {
  const at = performance.now()
  return new Promise((resolve) => {
    const socket: Socket = connect({ host: address, port, timeout: patienceMs })
    const over = (ms: number | undefined) => {
      socket.destroy()
      resolve(ms)
    }
    socket.once('connect', () => over(performance.now() - at))
    socket.once('timeout', () => over(undefined)).once('error', () => over(undefined))
  })
}

export interface EchoLook {
  readonly sent: number
  /** Different ones that came back, and all with their copies. */
  readonly back: number
  readonly copies: number
  /** Came back after one that was sent later. */
  readonly overtaken: number
  readonly medianMs: number | undefined
}

const ECHO_PORT = 9000

/** Sends numbered datagrams, one every `everyMs`, and looks at what comes back. */
export async function echo(address: string, count = 60, everyMs = 4, patienceMs = 500): Promise<EchoLook> {
  const socket = createSocket('udp4')
  const sentAt: number[] = []
  const backAt = new Map<number, number>()
  let copies = 0
  let overtaken = 0
  let latest = -1
  socket.on('message', (message) => {
    const number = message.readUInt32BE(0)
    if (backAt.has(number)) copies += 1
    else {
      backAt.set(number, performance.now())
      if (number < latest) overtaken += 1
      latest = Math.max(latest, number)
    }
  })
  socket.on('error', () => undefined)
  for (let number = 0; number < count; number += 1) {
    const message = Buffer.alloc(64)
    message.writeUInt32BE(number, 0)
    sentAt.push(performance.now())
    socket.send(message, ECHO_PORT, address)
    await sleep(everyMs)
  }
  await sleep(patienceMs)
  socket.close()
  const times = [...backAt].map(([number, at]) => at - (sentAt[number] ?? at)).sort((a, b) => a - b)
  return { sent: count, back: backAt.size, copies, overtaken, medianMs: times[Math.floor(times.length / 2)] }
}

/** Bytes a second of one download, and milliseconds that it took. */
export async function download(address: string, bytes: number): Promise<number> {
  const { body, ms } = await ask(address, `/big?bytes=${bytes}`, 8080, 20_000)
  return body.length / (ms / 1_000)
}
