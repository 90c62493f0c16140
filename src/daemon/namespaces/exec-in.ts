import { messageOf, SeaworthyError } from '../../kit/errors.ts'
import { type Ending, exec, start } from '../../kit/exec.ts'
import type { PodOnNode } from '../../model/cluster/mechanism.ts'
import { enterNetns, isNetnsThere } from './netns.ts'

/** Tools answer in milliseconds. One that waits for a lock, or for a turn on a starved node, is late and not lost: rules end by the kernel meanwhile. */
const TOOL_TIMEOUT_MS = 30_000

export interface ExecInOptions {
  readonly input?: string | undefined
  readonly timeoutMs?: number | undefined
}

/**
 * Runs a program of this image in the pod's network namespace to its end, however that is.
 * Throws SeaworthyError('ENGINE') when the pod is gone or the program could not be started.
 */
export async function execIn(
  pod: PodOnNode,
  program: string,
  args: readonly string[],
  options: ExecInOptions = {},
): Promise<Ending> {
  const [enter = '', ...words] = enterNetns(pod)
  try {
    return await exec(enter, [...words, program, ...args], {
      input: options.input ?? '',
      timeoutMs: options.timeoutMs ?? TOOL_TIMEOUT_MS,
    })
  } catch (error) {
    throw new SeaworthyError('ENGINE', `${program} could not be started: ${messageOf(error)}`, { cause: error })
  }
}

/** As execIn, for a program that must end with 0. Resolves with its standard output; throws SeaworthyError('ENGINE') with its own words otherwise. */
export async function mustExecIn(
  pod: PodOnNode,
  program: string,
  args: readonly string[],
  options: ExecInOptions = {},
): Promise<string> {
  const ending = await execIn(pod, program, args, options)
  if (ending.exitCode === 0) return ending.stdout
  throw new SeaworthyError('ENGINE', `${program} ${failureOf(ending)}`, { target: `${pod.namespace}/${pod.name}` })
}

/** For undoing and for looking: what `work` returns, or `otherwise` when the pod is gone, before or meanwhile. */
export async function whileThere<T>(pod: PodOnNode, otherwise: T, work: () => Promise<T>): Promise<T> {
  if (!isNetnsThere(pod)) return otherwise
  try {
    return await work()
  } catch (error) {
    if (!isNetnsThere(pod)) return otherwise
    throw error
  }
}

/** Starts a program in the pod's network namespace that ends with this process, whatever becomes of it. */
export function startIn(
  pod: PodOnNode,
  command: readonly string[],
  options: Parameters<typeof start>[2],
): ReturnType<typeof start> {
  return start('setpriv', ['--pdeathsig', 'KILL', ...enterNetns(pod), ...command], options)
}

/** How a tool failed, in its own words and short. */
export function failureOf({ exitCode, signal, stderr, stdout }: Ending): string {
  const words = (stderr.trim() || stdout.trim()).replaceAll(/\s+/g, ' ').slice(0, 300)
  const how = signal === undefined ? `failed with ${exitCode ?? 'no exit code'}` : `was ended by ${signal}`
  return words === '' ? how : `${how}: ${words}`
}
