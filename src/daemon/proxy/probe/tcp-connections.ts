import { connect } from 'node:net'
import { wordOf } from './tcp-answer.ts'

/** A server that is out of connections takes one from the kernel and closes it at once. */
const KEPT_MS = 200

export interface TcpAsk {
  readonly address: string
  readonly port: number
  readonly timeoutMs: number
}

/** `accepted` is a connection that was still open a moment later, `closed` one that was not; else `reset`, `refused`, `timeout`, … */
export async function askTcp({
  address,
  port,
  timeoutMs,
}: TcpAsk): Promise<{ readonly answer: string; readonly tookMs: number }> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const since = performance.now()
  let tookMs = 0
  const socket = connect({ host: address, port })
  const late = setTimeout(() => resolve('timeout'), timeoutMs)
  let kept: NodeJS.Timeout | undefined
  socket.once('connect', () => {
    tookMs = performance.now() - since
    clearTimeout(late)
    kept = setTimeout(() => resolve('accepted'), KEPT_MS)
  })
  socket.once('error', (error) => resolve(wordOf(error)))
  socket.once('close', () => resolve('closed')).resume()
  const answer = await promise
  clearTimeout(late)
  clearTimeout(kept)
  socket.destroy()
  return { answer, tookMs: tookMs || performance.now() - since }
}
