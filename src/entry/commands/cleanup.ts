import { type CleanedRun, cleanUp } from '../../cleanup/clean-up.ts'
import { systemClock } from '../../kit/clock.ts'
import { isAlive } from '../../kit/process-identity.ts'
import { endProcesses } from '../../platform/process/end-processes.ts'
import type { Invocation } from '../invocation.ts'
import { stateFolder } from '../state-folder.ts'

const LEFTOVERS = 4

export async function cleanupCommand({ flags, json }: Invocation): Promise<number> {
  const runs = await cleanUp(stateFolder(), flags.run, { isAlive, endProcesses, now: systemClock.now })
  process.stdout.write(json ? `${JSON.stringify(runs, null, 2)}\n` : describe(runs))
  return runs.some(({ leftovers }) => leftovers.length > 0) ? LEFTOVERS : 0
}

function describe(runs: readonly CleanedRun[]): string {
  const lines = runs.flatMap(({ run, removed, leftovers, running }) => [
    ...(running ? [`${run} is still running, and was left alone`] : []),
    ...removed.map((what) => `${run}: removed ${what}`),
    ...leftovers.map(({ what, why, remedy }) => `${run}: LEFT BEHIND ${what}: ${why}. ${remedy}`),
  ])
  return `${lines.length === 0 ? 'nothing to do' : lines.join('\n')}\n`
}
