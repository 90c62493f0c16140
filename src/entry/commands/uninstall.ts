import { undoLeftChanges } from '../../controller/undo-left-changes.ts'
import { uninstallEngine } from '../../install/uninstall-engine.ts'
import { systemClock } from '../../kit/clock.ts'
import { SYSTEM_NAMESPACE } from '../../model/cluster/fault-object.ts'
import type { Leftover } from '../../model/ledger.ts'
import { listenForCancellation } from '../cancellation.ts'
import { clusterClient } from '../cluster-client.ts'
import type { Invocation } from '../invocation.ts'
import { lateProgress } from '../late-progress.ts'
import { waitOf } from './install.ts'

const LEFTOVERS = 4

/** Ends all faults and removes all parts; 4 when something of it is still in the cluster. */
export async function uninstallCommand({ flags, json }: Invocation): Promise<number> {
  const waitMs = waitOf(flags)
  const client = await clusterClient(flags)
  const cancellation = listenForCancellation()
  const progress = lateProgress()
  try {
    const leftovers = await uninstallEngine(client, {
      namespace: flags.namespace ?? SYSTEM_NAMESPACE,
      clock: systemClock,
      waitMs,
      signal: cancellation.signal,
      onProgress: progress.tell,
      undoChanges: (namespace) => undoLeftChanges(client, namespace),
    })
    process.stdout.write(json ? `${JSON.stringify({ leftovers }, null, 2)}\n` : describe(leftovers))
    return leftovers.length > 0 ? LEFTOVERS : 0
  } finally {
    progress.end()
    cancellation.dispose()
    client.close()
  }
}

function describe(leftovers: readonly Leftover[]): string {
  if (leftovers.length === 0) return 'Seaworthy is not in the cluster any more, and nothing of it is left\n'
  return leftovers.map(({ what, why, remedy }) => `LEFT BEHIND ${what}: ${why}. ${remedy}\n`).join('')
}
