import { createInterface } from 'node:readline'
import { SeaworthyError } from '../../../kit/errors.ts'
import type { start } from '../../../kit/exec.ts'
import { type Ask, answerSchema } from './messages.ts'

const ANSWER_MS = 30_000
const END_MS = 3_000
const LAST_WORDS = 500

/** A helper as its daemon sees it. */
export interface HelperClient {
  readonly pid: number | undefined
  /** Throws SeaworthyError('ENGINE') when the helper has ended, refuses, or does not answer in time. */
  readonly ask: (ask: Ask['ask'], id: string, fault?: unknown) => Promise<unknown>
  readonly ended: boolean
  /** Resolves with how it ended. */
  readonly whenEnded: Promise<string>
  /** Closes its input, which is how a helper is told to end; one that does not is killed. */
  readonly end: () => void
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Speaks with a helper over its pipes; resolves when it is ready. Throws SeaworthyError('ENGINE') when it never is. */
export async function connectHelper(name: string, child: ReturnType<typeof start>): Promise<HelperClient> {
  const waiting = new Map<number, Waiting>()
  const ready = Promise.withResolvers<void>()
  const over = Promise.withResolvers<string>()
  let ended = false
  let words = ''
  let serial = 0

  const finish = (how: string) => {
    if (ended) return
    ended = true
    const error = new SeaworthyError('ENGINE', `${name} ended: ${how}`)
    ready.reject(error)
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
    over.resolve(how)
  }
  ready.promise.catch(() => undefined)
  child.once('error', (error) => finish(error.message))
  child.once('exit', (code, signal) => finish([signal ?? `exit code ${code}`, words.trim()].filter(Boolean).join(', ')))
  child.stdin?.on('error', () => undefined)
  child.stderr
    ?.on('error', () => undefined)
    .on('data', (chunk: Buffer) => {
      words = `${words}${chunk}`.slice(-LAST_WORDS)
    })
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const answer = readAnswer(line)
      if (answer === undefined) return
      if ('ready' in answer) {
        ready.resolve()
        return
      }
      const asked = waiting.get(answer.n)
      waiting.delete(answer.n)
      if ('error' in answer) asked?.reject(new SeaworthyError('ENGINE', `${name}: ${answer.error}`))
      else asked?.resolve(answer.got)
    })
  }

  const ask: HelperClient['ask'] = async (what, id, fault) => {
    if (ended) throw new SeaworthyError('ENGINE', `${name} has ended`)
    serial += 1
    const n = serial
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    waiting.set(n, { resolve, reject })
    child.stdin?.write(`${JSON.stringify({ n, ask: what, id, fault } satisfies Ask)}\n`)
    return inTime(promise, `${name} did not answer`).finally(() => waiting.delete(n))
  }
  try {
    await inTime(ready.promise, `${name} was not ready in time`)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return {
    pid: child.pid,
    ask,
    get ended() {
      return ended
    },
    whenEnded: over.promise,
    end: () => {
      child.stdin?.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MS)
      child.once('exit', () => clearTimeout(timer))
    },
  }
}

function readAnswer(line: string) {
  try {
    return answerSchema.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}

async function inTime<T>(promise: Promise<T>, otherwise: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new SeaworthyError('ENGINE', otherwise)), ANSWER_MS)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
