import { SeaworthyError } from '../../kit/errors.ts'
import { type BoundedEnding, runBounded } from '../processes/run-bounded.ts'
import { HOST_PID } from '../watchdog/watchdog.ts'

/** Runs words on the node itself, in the namespaces of its first process. Tests have one that only writes them down. */
export type RunOnHost = (words: readonly string[], timeoutMs: number) => Promise<BoundedEnding>

export const runOnHost = runOnHostOf(HOST_PID)

/** The same for the host of this process: in tests, one that may be broken. */
export function runOnHostOf(hostPid: string): RunOnHost {
  return async (words, timeoutMs) =>
    runBounded(['nsenter', '-t', hostPid, '-m', '-u', '-n', '-i', '--', ...words], { timeoutMs })
}

const TIMEOUT_MS = 60_000

/** Standard output. Throws SeaworthyError('ENGINE') with the program's own words when it did not end with 0. */
export async function mustRun(run: RunOnHost, words: readonly string[], timeoutMs = TIMEOUT_MS): Promise<string> {
  const { exitCode, timedOut, stdout, stderr } = await run(words, timeoutMs)
  if (exitCode === 0) return stdout
  const why = timedOut ? 'did not end in time' : stderr.trim().slice(-300) || `ended with ${exitCode ?? 'a signal'}`
  throw new SeaworthyError('ENGINE', `${words.slice(0, 3).join(' ')}: ${why}`, { target: 'node' })
}
