import { once } from 'node:events'
import { closeSync, openSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { messageOf, SeaworthyError } from '../../kit/errors.ts'
import { start } from '../../kit/exec.ts'
import { createMask } from '../../kit/mask.ts'
import { maskLines } from '../../kit/mask-lines.ts'

export interface DeployCommand {
  readonly command: string
  readonly suiteFile: string
  /** Without the caller's tokens. */
  readonly environment: Readonly<Record<string, string>>
  readonly kubeconfig: string
  readonly namespace: string
  readonly secrets: readonly string[]
  /** Keeps all that it writes, without the secrets. */
  readonly logPath: string
  readonly timeoutMs: number
}

const SHOWN_LINES = 12
/** What it left behind in a session of its own may hold its output open for ever. */
const DRAIN_MS = 500

/**
 * Runs the suite's deploy command in the suite's folder, to its end; its process group ends with it and with the signal.
 * Throws SeaworthyError('PLATFORM') with its last words when it does not end with 0; the signal's reason.
 */
export async function runDeployCommand(deploy: DeployCommand, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const how = await runToEnd(deploy, signal)
  signal.throwIfAborted()
  if (how === undefined) return
  throw new SeaworthyError('PLATFORM', `the deploy command ${how}. ${await lastWords(deploy.logPath)}`, {
    target: deploy.command,
    remedy: `Run it by hand with KUBECONFIG and NAMESPACE=${deploy.namespace} set. Its whole output: ${deploy.logPath}`,
  })
}

/** How it failed, in words; undefined when it ended with 0. */
async function runToEnd(deploy: DeployCommand, signal: AbortSignal): Promise<string | undefined> {
  const log = openSync(deploy.logPath, 'a', 0o600)
  const child = start('/bin/sh', ['-c', deploy.command], {
    cwd: dirname(resolve(deploy.suiteFile)),
    env: { ...deploy.environment, KUBECONFIG: deploy.kubeconfig, NAMESPACE: deploy.namespace },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const said = keepOutput(child, createMask(deploy.secrets), log)
  const { promise, resolve: end } = Promise.withResolvers<string | undefined>()
  child.once('error', (error) => end(`could not be started: ${messageOf(error)}`))
  child.once('exit', (code, killedBy) =>
    end(code === 0 ? undefined : killedBy ? `was ended by ${killedBy}` : `ended with code ${code}`),
  )
  const stop = () => endGroup(child.pid)
  let late = false
  const timer = setTimeout(() => {
    late = true
    stop()
  }, deploy.timeoutMs)
  signal.addEventListener('abort', stop, { once: true })
  try {
    const how = await promise
    return late ? `was not over after ${Math.round(deploy.timeoutMs / 1_000)} s` : how
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    stop()
    await said()
    closeSync(log)
  }
}

/** Resolves when all of it is in the log: soon after the end, since its group has ended by then. */
function keepOutput(child: ReturnType<typeof start>, mask: (text: string) => string, log: number): () => Promise<void> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const streams = [child.stdout, child.stderr].map((stream) => {
    const lines = maskLines(mask, (bytes) => void writeSync(log, bytes))
    stream?.on('data', lines.write)
    stream?.on('error', () => {})
    return { stream, lines }
  })
  return async () => {
    const patience = AbortSignal.timeout(DRAIN_MS)
    await Promise.race([closed, once(patience, 'abort')])
    for (const { stream, lines } of streams) {
      stream?.destroy()
      stream?.removeListener('data', lines.write)
      lines.end()
    }
  }
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}

async function lastWords(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const lines = stripVTControlCharacters(text)
    .split(/\r?\n/)
    .map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trimEnd())
    .filter((line) => line !== '')
    .slice(-SHOWN_LINES)
  return lines.length === 0 ? 'It printed nothing.' : `Its last words:\n${lines.map((line) => `  ${line}`).join('\n')}`
}
