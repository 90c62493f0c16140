import * as core from '@actions/core'
import { type CleanedRun, cleanUp } from '../cleanup/clean-up.ts'
import { systemClock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import { isAlive } from '../kit/process-identity.ts'
import { endProcesses } from '../platform/process/end-processes.ts'
import { writeJobSummary } from '../publish/job-summary.ts'
import { escapeTerminal } from '../report/escape/terminal.ts'
import { sentence } from '../report/markdown/inline.ts'
import { tellLines } from './action-log.ts'
import { stateFolder } from './state-folder.ts'

const LEFT_BEHIND = 4

/**
 * The post step: ends what a cancelled or killed main left, and says by name what it removed and what it could not. 0, or
 * 4 where something is left. `run` and `verdict` are what main saved: empty where it did not come so far.
 */
export async function afterMain(run: string, verdict: string): Promise<number> {
  if (run === '') {
    core.info('Nothing was started, so nothing is left behind.')
    return 0
  }
  const cleaned = await cleanUp(stateFolder(), run, { isAlive, endProcesses, now: systemClock.now })
  const removed = cleaned.flatMap((one) => one.removed)
  const left = cleaned.flatMap(leftOf)
  tellLines(removed.map((what) => `removed ${escapeTerminal(what)}`))
  if (removed.length + left.length === 0) core.info('Nothing was left behind.')
  for (const what of left) core.error(what, { title: 'Seaworthy left something behind' })
  if (verdict === '') await tellKilled(removed, left)
  return left.length === 0 ? 0 : LEFT_BEHIND
}

function leftOf({ run, running, leftovers }: CleanedRun): readonly string[] {
  const alive = running ? [`Run ${run} is still going on, so it was left alone.`] : []
  return [...alive, ...leftovers.map(({ what, why, remedy }) => `Left behind: ${what}: ${why}. ${remedy}`)]
}

/** A main that was killed said nothing itself, and an earlier verdict must not be taken for this run's. */
async function tellKilled(removed: readonly string[], left: readonly string[]): Promise<void> {
  const headline = 'Aborted: the run was killed before it had a verdict'
  core.warning(`${headline}.`, { title: 'Seaworthy' })
  const path = process.env.GITHUB_STEP_SUMMARY
  if (!path) return
  const items = [...removed.map((what) => `removed ${what}`), ...left]
  const list = items.length === 0 ? 'Nothing was left behind.' : items.map((item) => `- ${sentence(item)}`).join('\n')
  const text = `### ⏹️ ${headline}\n\n${list}`
  try {
    await writeJobSummary(path, text, text.slice(0, 1_000))
  } catch (error) {
    core.warning(`The job summary was not written: ${messageOf(error)}`)
  }
}
