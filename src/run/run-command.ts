import { messageOf } from '../kit/errors.ts'
import { start } from '../kit/exec.ts'
import { createMask } from '../kit/mask.ts'
import type { CheckResult } from './check-result.ts'
import type { Session } from './session.ts'

const SHOWN_CHARACTERS = 300
/** More than is shown, so that a secret is still whole, and found, where the rest is cut off. */
const KEPT_CHARACTERS = 65_536
/** What a command has written by its end is read at once; only what it left behind keeps its output open longer. */
const DRAIN_MS = 200

type ChildProcess = ReturnType<typeof start>

interface CommandEnd {
  readonly how: string
  readonly ok: boolean
}

/**
 * A `run` step: holds when the command ends with 0. A command that was killed, or had no time left, does not hold.
 * The command has a process group of its own, and all of the group ends with it. Throws the signal's reason when it is
 * aborted: what we ended ourselves says nothing about the command.
 */
export async function runCommand(
  session: Pick<Session, 'clock' | 'context'>,
  command: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<CheckResult> {
  signal.throwIfAborted()
  const child = start('sh', ['-c', command], {
    env: { ...session.context.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const written = tailOf(child)
  const ended = endOf(child)
  const over = new AbortController()
  const late = session.clock.sleep(timeoutMs, AbortSignal.any([over.signal, signal])).then(
    (): CommandEnd => ({ how: `not over after ${timeoutMs} ms`, ok: false }),
    () => ended,
  )
  const stop = () => endGroup(child)
  signal.addEventListener('abort', stop, { once: true })
  try {
    const { how, ok } = await Promise.race([ended, late])
    over.abort()
    endGroup(child)
    signal.throwIfAborted()
    const mask = createMask(session.context.secrets)
    const words = ok
      ? ''
      : mask(await written(session))
          .trim()
          .slice(-SHOWN_CHARACTERS)
    return { what: `run ${command}`, ok, detail: words === '' ? how : `${how}: ${words}` }
  } finally {
    over.abort()
    signal.removeEventListener('abort', stop)
    child.stdout?.destroy()
    child.stderr?.destroy()
  }
}

function endOf(child: ChildProcess): Promise<CommandEnd> {
  const { promise, resolve } = Promise.withResolvers<CommandEnd>()
  child.once('error', (error) => resolve({ how: `could not be started (${messageOf(error)})`, ok: false }))
  child.once('exit', (code, by) =>
    resolve({ how: code === null ? `ended by ${by ?? 'nobody knows what'}` : `exit code ${code}`, ok: code === 0 }),
  )
  return promise
}

/** Collects the end of what is written, and gives it when the output is closed, or soon after. */
function tailOf(child: ChildProcess): (session: Pick<Session, 'clock'>) => Promise<string> {
  const tails = { stderr: '', stdout: '' }
  for (const name of ['stderr', 'stdout'] as const) {
    child[name]?.on('data', (chunk: Buffer) => {
      tails[name] = (tails[name] + chunk.toString()).slice(-KEPT_CHARACTERS)
    })
  }
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  child.once('close', () => resolve())
  return async ({ clock }) => {
    const drained = new AbortController()
    const patience = clock.sleep(DRAIN_MS, drained.signal).catch(() => undefined)
    await Promise.race([closed, patience])
    drained.abort()
    return tails.stderr + tails.stdout
  }
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}
