import { setTimeout as sleep } from 'node:timers/promises'
import { SeaworthyError } from '../../src/kit/errors.ts'
import { type ExecOptions, exec } from '../../src/kit/exec.ts'

/** A login as another user may lack the system folders, where runc and the network tools are. */
export const SYSTEM_PATH = `/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`

const LAST_WORDS = 2_000

/** Standard output of a program that must end with 0. Throws `PLATFORM` with the end of what it said otherwise. */
export async function run(program: string, args: readonly string[], options: ExecOptions = {}): Promise<string> {
  const env = { PATH: SYSTEM_PATH, ...options.env }
  const { exitCode, signal, stdout, stderr } = await exec(program, args, { ...options, env })
  if (exitCode === 0) return stdout
  const said = `${stdout}\n${stderr}`.trim().slice(-LAST_WORDS)
  throw new SeaworthyError('PLATFORM', `${program} ${args.join(' ')} ended with ${signal ?? exitCode}: ${said}`)
}

/**
 * The results of works that were started together. When one fails the others are waited for all the same, so that nothing
 * goes on behind the back of whoever clears up.
 */
export async function together<const T extends readonly Promise<unknown>[]>(works: T) {
  await Promise.allSettled(works)
  return Promise.all(works)
}

/** How long to wait for what the engine says or does, so that a hang ends with a name: its own patience with silent actors is a minute. */
export const PATIENCE_MS = 90_000

/** Asks again and again until there is an answer. Throws `PLATFORM` with what was waited for when there is none in time. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  { timeoutMs = 120_000, everyMs = 50 } = {},
): Promise<T> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > end) throw new SeaworthyError('PLATFORM', `${what}: not within ${timeoutMs} ms`)
    await sleep(everyMs)
  }
}
