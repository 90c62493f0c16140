import { messageOf, SeaworthyError } from '../../../kit/errors.ts'
import { type Ending, start } from '../../../kit/exec.ts'

/** How long a program has for its end before it is killed. */
const END_MS = 2_000
/** More than kind and kubeadm ever print; what is longer keeps its end, where the reason is. */
const KEPT_CHARACTERS = 1_000_000

export interface ToolCall {
  readonly command: readonly [string, ...string[]]
  /** The whole environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Each whole line that it writes to standard error. */
  readonly onLine?: ((line: string) => void) | undefined
}

/**
 * Runs a program to its end, in a process group of its own, so that a Ctrl-C at our terminal does not also reach it.
 * The group is ended when the signal is aborted (the signal's reason is thrown) or time is up. Throws
 * SeaworthyError('PLATFORM') for both the latter and a program that could not be started, with the cause's `code`.
 */
export async function runTool(call: ToolCall): Promise<Ending> {
  const { command, signal, timeoutMs } = call
  signal?.throwIfAborted()
  const [program, ...args] = command
  const child = start(program, args, {
    env: { ...call.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const output = collect(child, call.onLine)
  const over = AbortSignal.timeout(timeoutMs)
  const stop = AbortSignal.any(signal ? [signal, over] : [over])
  let killer: NodeJS.Timeout | undefined
  const end = () => {
    killGroup(child.pid, 'SIGTERM')
    killer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), END_MS)
  }
  stop.addEventListener('abort', end, { once: true })
  try {
    const { exitCode, killedBy } = await endOf(child, command.join(' '))
    signal?.throwIfAborted()
    if (over.aborted) throw late(command, timeoutMs)
    return { exitCode, signal: killedBy, ...output() }
  } finally {
    stop.removeEventListener('abort', end)
    clearTimeout(killer)
  }
}

type Child = ReturnType<typeof start>

function collect(child: Child, onLine: ToolCall['onLine']) {
  const texts = { stdout: '', stderr: '' }
  let partial = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout = (texts.stdout + text).slice(-KEPT_CHARACTERS)
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr = (texts.stderr + text).slice(-KEPT_CHARACTERS)
    const lines = (partial + text).split(/\r?\n/)
    partial = (lines.pop() ?? '').slice(-KEPT_CHARACTERS)
    for (const line of lines) onLine?.(line)
  })
  return () => texts
}

function endOf(child: Child, words: string) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    readonly exitCode: number | undefined
    readonly killedBy: string | undefined
  }>()
  child.once('error', (cause) =>
    reject(new SeaworthyError('PLATFORM', `${words} could not be started: ${messageOf(cause)}`, { cause })),
  )
  child.once('close', (code, killedBy) =>
    resolve(killedBy ? { exitCode: undefined, killedBy } : { exitCode: code ?? undefined, killedBy: undefined }),
  )
  return promise
}

function late(command: readonly string[], timeoutMs: number): SeaworthyError {
  return new SeaworthyError('PLATFORM', `${command.join(' ')} was not over after ${Math.round(timeoutMs / 1_000)} s`, {
    remedy: 'Look at what the container engine does: `docker ps -a`, `docker events`.',
  })
}

function killGroup(pid: number | undefined, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (pid !== undefined) process.kill(-pid, name)
  } catch {
    // Nobody of the group is left.
  }
}
