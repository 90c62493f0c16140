import { messageOf, SeaworthyError } from '../../kit/errors.ts'
import { start } from '../../kit/exec.ts'

export interface BoundedOptions {
  readonly timeoutMs: number
  /** Of each stream; the last ones are kept. */
  readonly maxBytes?: number
  /** Open files that it gets as descriptors 3, 4, … */
  readonly files?: readonly number[]
}

export interface BoundedEnding {
  /** undefined when it was ended by a signal, or did not end in time. */
  readonly exitCode: number | undefined
  readonly timedOut: boolean
  readonly stdout: string
  readonly stderr: string
}

/** While a process waits for a disk the kernel does not end it. */
const REAP_MS = 500
const DEFAULT_MAX_BYTES = 16 * 1024

/**
 * Runs a program that may be hostile, or hang: its output is bounded, and it is killed with its whole group when the time is up.
 * Resolves however it ended. Throws SeaworthyError('ENGINE') when it could not be started.
 */
export async function runBounded(
  [program = '', ...words]: readonly string[],
  options: BoundedOptions,
): Promise<BoundedEnding> {
  const child = start(program, words, {
    stdio: ['ignore', 'pipe', 'pipe', ...(options.files ?? [])],
    detached: true,
  })
  const limit = options.maxBytes ?? DEFAULT_MAX_BYTES
  const stdout = collect(child.stdout, limit)
  const stderr = collect(child.stderr, limit)
  let timedOut = false
  const exitCode = await new Promise<number | undefined>((resolve, reject) => {
    let reap: NodeJS.Timeout | undefined
    const timer = setTimeout(() => {
      timedOut = true
      killGroup(child.pid)
      reap = setTimeout(() => resolve(undefined), REAP_MS)
    }, options.timeoutMs)
    const settle = (code: number | null) => {
      clearTimeout(timer)
      clearTimeout(reap)
      resolve(code ?? undefined)
    }
    child.once('close', settle)
    // Whoever inherited its output and lives on must not keep us.
    child.once('exit', (code) => setTimeout(() => settle(code), REAP_MS))
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(new SeaworthyError('ENGINE', `${program} could not be started: ${messageOf(error)}`, { cause: error }))
    })
  })
  child.stdout?.destroy()
  child.stderr?.destroy()
  child.unref()
  return { exitCode: timedOut ? undefined : exitCode, timedOut, stdout: stdout(), stderr: stderr() }
}

function collect(stream: NodeJS.ReadableStream | null, limit: number): () => string {
  let text = Buffer.alloc(0)
  stream?.on('data', (chunk: Buffer) => {
    text = Buffer.concat([text, chunk])
    if (text.length > limit) text = text.subarray(text.length - limit)
  })
  stream?.on('error', () => undefined)
  return () => text.toString('utf8')
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
