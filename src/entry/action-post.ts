import * as core from '@actions/core'
import { cleanUp } from '../cleanup/clean-up.ts'
import { systemClock } from '../kit/clock.ts'
import { isAlive } from '../kit/process-identity.ts'
import { endProcesses } from '../platform/process/end-processes.ts'
import { stateFolder } from './state-folder.ts'

/** The post step: ends what a cancelled or killed main left, and says by name what could not be ended. Nothing to do is the usual case. */
export async function afterMain(run: string): Promise<void> {
  const cleaned = await cleanUp(stateFolder(), run, { isAlive, endProcesses, now: systemClock.now })
  for (const { removed, leftovers } of cleaned) {
    for (const what of removed) core.info(`removed ${what}`)
    for (const { what, why, remedy } of leftovers) core.warning(`Left behind: ${what}: ${why}. ${remedy}`)
  }
  if (cleaned.every(({ removed, leftovers }) => removed.length + leftovers.length === 0)) core.info('Nothing was left behind.')
}
