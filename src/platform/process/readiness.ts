import { get } from 'node:http'
import { connect } from 'node:net'
import type { ReadySpec } from '../../model/suite.ts'
import { LOOPBACK } from './free-ports.ts'

/** One answer to the question whether a replica is ready. */
export interface ReadyAnswer {
  readonly ready: boolean
  /** Why not, for people. */
  readonly why: string
}

/** Who is asked: the replica itself, past every link. */
export interface Asked {
  readonly ready: ReadySpec
  readonly ports: Readonly<Record<string, number>>
  readonly timeoutMs: number
  /** Only for `log`: the line was seen since the replica's last start. */
  readonly sawLine: boolean
}

/** Asks a replica once whether it is ready: HTTP 200..399, a TCP connection, or its line of log. Never rejects. */
export async function askReady({ ready, ports, timeoutMs, sawLine }: Asked): Promise<ReadyAnswer> {
  switch (ready.check) {
    case 'http':
      return askHttp(ports[ready.port] ?? 0, ready.path, timeoutMs)
    case 'tcp':
      return askTcp(ports[ready.port] ?? 0, timeoutMs)
    case 'log':
      return { ready: sawLine, why: `it did not print "${ready.line}"` }
  }
}

function askHttp(port: number, path: string, timeoutMs: number): Promise<ReadyAnswer> {
  const { promise, resolve } = Promise.withResolvers<ReadyAnswer>()
  const signal = AbortSignal.timeout(timeoutMs)
  const request = get(
    { host: LOOPBACK, port, path, agent: false, headers: { connection: 'close' }, signal },
    (response) => {
      const status = response.statusCode ?? 0
      response.on('error', () => {}).resume()
      resolve({ ready: status >= 200 && status < 400, why: `${path} answered ${status}` })
    },
  )
  request.on('error', (error) =>
    resolve({ ready: false, why: `${path} ${signal.aborted ? `did not answer in ${timeoutMs} ms` : plain(error)}` }),
  )
  return promise
}

function askTcp(port: number, timeoutMs: number): Promise<ReadyAnswer> {
  const { promise, resolve } = Promise.withResolvers<ReadyAnswer>()
  const socket = connect({ host: LOOPBACK, port, timeout: timeoutMs })
  socket.once('connect', () => resolve({ ready: true, why: '' }))
  socket.once('timeout', () => resolve({ ready: false, why: `port ${port} did not answer in ${timeoutMs} ms` }))
  socket.once('error', (error) => resolve({ ready: false, why: `port ${port} ${plain(error)}` }))
  return promise.finally(() => socket.destroy())
}

function plain(error: NodeJS.ErrnoException): string {
  return (
    { ECONNREFUSED: 'refused the connection', ECONNRESET: 'reset the connection' }[error.code ?? ''] ??
    `failed: ${error.message}`
  )
}
