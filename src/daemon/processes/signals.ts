import { readFileSync } from 'node:fs'
import { systemClock } from '../../kit/clock.ts'
import { type Identity, isAlive, parseStat } from '../../kit/process-identity.ts'

/** Signals the very process, and nobody who has its pid now. False when it is gone. */
export function signal(identity: Identity, name: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false
  try {
    process.kill(identity.pid, name)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

/** State of the very process (`R`, `S`, `D`, `T`, …), or undefined when it is gone. */
export function stateOf({ pid, startTime }: Identity): string | undefined {
  try {
    const stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return stat?.startTime === startTime && !/^[ZXx]/.test(stat.state) ? stat.state : undefined
  } catch {
    return undefined
  }
}

const LOOK_MS = 10

/** Looks until it is so, at most `timeoutMs`; whether it came to be. */
export async function comesTrue(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  lookMs = LOOK_MS,
): Promise<boolean> {
  const until = systemClock.monotonic() + timeoutMs
  while (!(await condition())) {
    if (systemClock.monotonic() >= until) return false
    await systemClock.sleep(lookMs)
  }
  return true
}
