import * as core from '@actions/core'
import { type CleanedRun, cleanUp } from '../../cleanup/clean-up.ts'
import { escapeTerminal } from '../../report/escape/terminal.ts'
import { cleanupTools } from '../cleanup-tools.ts'
import { masked } from '../masked.ts'
import { stateFolder } from '../state-folder.ts'
import { tellLines } from './action-log.ts'

const LEFT_BEHIND = 4

export interface AfterMain {
  /** 0, or 4 where something is left. */
  readonly code: number
  /** What was removed and what was left, in words; empty where there was nothing. */
  readonly cleaned: readonly string[]
}

/**
 * Ends what a cancelled or killed main left, and says by name what it removed and what it could not. `run` is what main
 * saved: empty where it did not come so far. Then, unless `told` says that main ended by itself, runs whose main is dead
 * are looked for: it may have been killed between making one and saving it.
 */
export async function afterMain(run: string, told: boolean): Promise<AfterMain> {
  if (run === '' && told) {
    core.info('Nothing was started, so nothing is left behind.')
    return { code: 0, cleaned: [] }
  }
  const cluster = {
    kubeconfig: core.getInput('kubeconfig') || undefined,
    context: core.getInput('context') || undefined,
  }
  const all = await cleanUp(stateFolder(), run === '' ? undefined : run, cleanupTools(cluster))
  // A run of somebody else that goes on is none of ours.
  const ours = masked(run === '' ? all.filter(({ running }) => !running) : all)
  const removed = ours.flatMap((one) => one.removed.map((what) => `removed ${what}`))
  const left = ours.flatMap(leftOf)
  tellLines(removed.map(escapeTerminal))
  if (removed.length + left.length === 0) core.info('Nothing was left behind.')
  for (const what of left) core.error(what, { title: 'Seaworthy left something behind' })
  return { code: left.length === 0 ? 0 : LEFT_BEHIND, cleaned: [...removed, ...left] }
}

function leftOf({ run, running, leftovers }: CleanedRun): readonly string[] {
  const alive = running ? [`Run ${run} is still going on, so it was left alone.`] : []
  return [...alive, ...leftovers.map(({ what, why, remedy }) => `Left behind: ${what}: ${why}. ${remedy}`)]
}
