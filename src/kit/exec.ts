import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { x } from 'tinyexec'

/** How a process ended. Exactly one of the two is set: a process that was killed has no exit code, and no code is never zero. */
export interface Ending {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface ExecOptions {
  readonly directory?: string | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** What it reads from its standard input; without it the input stays open and empty. */
  readonly input?: string | undefined
}

/** Runs a program to its end. Resolves however it ended; the caller decides what that means. Rejects only when it could not be started. */
export async function exec(program: string, args: readonly string[], options: ExecOptions = {}): Promise<Ending> {
  const running = x(program, [...args], {
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.input === undefined ? {} : { stdin: options.input }),
    nodeOptions: {
      ...(options.directory === undefined ? {} : { cwd: options.directory }),
      ...(options.env === undefined ? {} : { env: { ...options.env } }),
    },
  })
  // A program that ends before it has read everything says so by how it ended.
  running.process?.stdin?.on('error', () => undefined)
  const output = await running
  const signal = running.process?.signalCode ?? undefined
  return { exitCode: signal ? undefined : output.exitCode, signal, stdout: output.stdout, stderr: output.stderr }
}

/** Starts a long-lived process; its life is the caller's business. The only other door to node:child_process. */
export function start(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(program, [...args], options)
}

/** Standard output of a program that ends at once, or undefined when it could not be started or did not end with 0. Blocks. */
export function execNow(program: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(program, [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return status === 0 ? stdout : undefined
}
