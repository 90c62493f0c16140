import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { systemClock } from '../../kit/clock.ts'
import { createK6Reader } from '../k6-stream.ts'
import { createK6Batcher } from './k6-wire.ts'

const LINE_EVERY_MS = 200

/**
 * The life of the container beside k6: reads from a named pipe what k6 tells, and writes it to its own log in short, until
 * k6 has closed the pipe. Resolves with an exit code: 1 where it was told to end before that.
 */
export async function relayK6(pipe: string, write: (line: string) => void, stop: AbortSignal): Promise<number> {
  const batcher = createK6Batcher()
  const reader = createK6Reader(batcher.listener)
  const input = createReadStream(pipe)
  const { promise: closed, resolve, reject } = Promise.withResolvers<void>()
  input.on('error', reject)
  createInterface({ input }).on('line', reader.line).on('error', reject).on('close', resolve)
  const over = new AbortController()
  const waiting = AbortSignal.any([over.signal, stop])
  const end = closed.finally(() => over.abort())
  end.catch(() => undefined)
  while (!waiting.aborted) {
    await systemClock.sleep(LINE_EVERY_MS, waiting).catch(() => undefined)
    if (!over.signal.aborted) for (const line of batcher.lines(systemClock.now(), false)) write(line)
  }
  if (!over.signal.aborted) return 1
  await end
  reader.end()
  for (const line of batcher.lines(systemClock.now(), true)) write(line)
  return 0
}
