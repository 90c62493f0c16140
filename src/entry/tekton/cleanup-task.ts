import { removeOwnerObjects } from '../../cleanup/clean-owner.ts'
import { readParams } from '../../inputs/task-params.ts'
import { systemClock } from '../../kit/clock.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import { escapeTerminal } from '../../report/escape/terminal.ts'
import { connect } from '../cleanup-tools.ts'
import { tektonPlace } from './place.ts'

const LEFTOVERS = 4
/** A cancelled gate is killed after 30 s, and has lost its Lease 15 s later. */
const PATIENCE_MS = 60_000

/**
 * The step of the Task for `finally`: ends and removes what the runs of this PipelineRun made in the preview's namespace,
 * whether they ended, still mend things or were killed. 4 when something is left. Throws SeaworthyError('INPUT', 'PLATFORM').
 */
export async function cleanupTask(): Promise<number> {
  const { namespace, kubeconfig, context } = readParams(process.env, ['namespace', 'kubeconfig', 'context'])
  const place = tektonPlace(process.env)
  if (!namespace || place.owner === undefined)
    throw new SeaworthyError('INPUT', 'it is not known whose things are to be removed, or where', {
      remedy: 'Run it by the Task seaworthy-cleanup in the `finally` of the pipeline, with the param namespace.',
    })
  const client = await connect({ kubeconfig: kubeconfig || place.kubeconfig, context: context || undefined })
  try {
    const setting = { client, clock: systemClock, patienceMs: PATIENCE_MS }
    const { removed, leftovers } = await removeOwnerObjects(namespace, place.owner, setting)
    const lines = [
      ...removed.map((what) => `removed ${what}`),
      ...leftovers.map(({ what, why, remedy }) => `LEFT BEHIND ${what}: ${why}. ${remedy}`),
    ]
    const told = lines.length === 0 ? ['nothing was left behind'] : lines
    process.stdout.write(`${told.map(escapeTerminal).join('\n')}\n`)
    return leftovers.length === 0 ? 0 : LEFTOVERS
  } finally {
    client.close()
  }
}
