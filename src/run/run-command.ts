import { exec } from '../kit/exec.ts'
import type { CheckResult } from './checks.ts'
import type { Session } from './session.ts'

const SHOWN_CHARACTERS = 300

/** A `run` step: holds when the command ends with 0. A command that was killed, or had no time left, does not hold. */
export async function runCommand(
  session: Session,
  command: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<CheckResult> {
  const ending = await exec('sh', ['-c', command], { timeoutMs, signal, env: session.context.environment })
  const how =
    ending.exitCode === undefined ? `ended by ${ending.signal ?? 'nobody knows what'}` : `exit code ${ending.exitCode}`
  const words = ending.exitCode === 0 ? '' : `: ${`${ending.stderr}${ending.stdout}`.trim().slice(-SHOWN_CHARACTERS)}`
  return { what: `run ${command}`, ok: ending.exitCode === 0, detail: `${how}${words}` }
}
