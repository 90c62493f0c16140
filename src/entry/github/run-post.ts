import * as core from '@actions/core'
import { messageOf } from '../../kit/errors.ts'
import { masked } from '../masked.ts'
import { afterMain } from './action-post.ts'
import { STATE } from './action-state.ts'

/**
 * The post step, which runs whatever happened to main: makes sure that nothing of it is left, and where main could not say
 * how it ended, says so in its place. Safe to run again.
 */
export async function runPost(): Promise<void> {
  try {
    const [run, verdict] = [core.getState(STATE.run), core.getState(STATE.verdict)]
    const told = core.getState(STATE.ended) !== '' && core.getState(STATE.untold) === ''
    const { code, cleaned } = await afterMain(run, told)
    process.exitCode = code
    if (told) return
    const { tellStopped } = await import('./tell-stopped.ts')
    await tellStopped({ started: run !== '', judged: verdict !== '', cleaned })
  } catch (error) {
    core.error(masked(messageOf(error)), { title: 'Seaworthy' })
    process.exitCode = 4
  }
}
