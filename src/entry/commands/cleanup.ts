import { type CleanedRun, cleanUp } from '../../cleanup/clean-up.ts'
import { systemClock } from '../../kit/clock.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import { cleanupTools, connect } from '../cleanup-tools.ts'
import type { Invocation } from '../invocation.ts'
import { masked } from '../masked.ts'
import { stateFolder } from '../state-folder.ts'

const LEFTOVERS = 4

export async function cleanupCommand({ flags, json }: Invocation): Promise<number> {
  const address = { kubeconfig: flags.kubeconfig, context: flags.context }
  const runs = masked([
    ...(await cleanUp(stateFolder(), flags.run, cleanupTools(address))),
    ...(flags.namespace === undefined ? [] : [await cleanNamespace(flags.run, flags.namespace, address)]),
  ])
  process.stdout.write(json ? `${JSON.stringify(runs, null, 2)}\n` : describe(runs))
  return runs.some(({ leftovers }) => leftovers.length > 0) ? LEFTOVERS : 0
}

/** By label: for whoever has no ledger of the run, because it ran somewhere else. */
async function cleanNamespace(
  run: string | undefined,
  namespace: string,
  address: Parameters<typeof connect>[0],
): Promise<CleanedRun> {
  if (run === undefined)
    throw new SeaworthyError('INPUT', '--namespace needs --run: whose things are to be removed?', {
      remedy: 'Give --run; its id is in the report, and on the label seaworthy.dev/run.',
    })
  const { removeRunObjects } = await import('../../cleanup/clean-cluster.ts')
  const client = await connect(address)
  const { removed, leftovers } = await removeRunObjects(namespace, { client, clock: systemClock, run })
  client.close()
  return { run, removed, leftovers, running: false }
}

function describe(runs: readonly CleanedRun[]): string {
  const lines = runs.flatMap(({ run, removed, leftovers, running }) => [
    ...(running ? [`${run} is still running, and was left alone`] : []),
    ...removed.map((what) => `${run}: removed ${what}`),
    ...leftovers.map(({ what, why, remedy }) => `${run}: LEFT BEHIND ${what}: ${why}. ${remedy}`),
  ])
  return `${lines.length === 0 ? 'nothing to do' : lines.join('\n')}\n`
}
