import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { messageOf } from '../../../kit/errors.ts'
import type { Ask } from './messages.ts'

export interface HelperPipes {
  readonly input: Readable
  readonly output: Writable
}

/** The helper's end of the line. */
export interface HelperWork {
  readonly answer: (ask: Ask) => Promise<unknown>
  /** Resolves when there is nothing left to do. */
  readonly done: Promise<void>
}

/** Answers asks until the work is done or the input ends, which it does with whoever started us. */
export async function serveHelper({ input, output }: HelperPipes, work: HelperWork): Promise<number> {
  const say = (words: unknown) => output.write(`${JSON.stringify(words)}\n`)
  output.on('error', () => undefined)
  input.on('error', () => undefined)
  const lines = createInterface({ input })
  const closed = Promise.withResolvers<void>()
  lines.once('close', () => closed.resolve())
  lines.on('line', (line) => {
    const ask = JSON.parse(line) as Ask
    work.answer(ask).then(
      (got) => say({ n: ask.n, got: got ?? null }),
      (error: unknown) => say({ n: ask.n, error: messageOf(error) }),
    )
  })
  say({ ready: true })
  await Promise.race([closed.promise, work.done])
  return 0
}
