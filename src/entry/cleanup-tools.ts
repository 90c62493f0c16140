import type { CleanupTools } from '../cleanup/clean-up.ts'
import { systemClock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import { isAlive } from '../kit/process-identity.ts'
import type { ClusterRequest } from '../model/request.ts'
import { endProcesses } from '../platform/process/end-processes.ts'
import { kindSearch } from './kind-search.ts'

export type ClusterAddress = Pick<ClusterRequest, 'kubeconfig' | 'context'>

/** What cleaning up needs from this host; a cluster is connected to only when a ledger names something in one. */
export function cleanupTools(cluster: ClusterAddress): CleanupTools {
  return {
    isAlive,
    endProcesses,
    now: systemClock.now,
    deleteCluster: async (run, recorded) => {
      const { deleteRecordedCluster } = await import('../platform/kubernetes/kind/delete-recorded-cluster.ts')
      return deleteRecordedCluster(run, recorded, { ...kindSearch(), prefix: [] })
    },
    removeObjects: async (run, entries) => {
      const { openObjects, removeLedgerObjects } = await import('../cleanup/clean-cluster.ts')
      try {
        const client = await connect(cluster)
        const cleaned = await removeLedgerObjects(entries, { client, clock: systemClock, run })
        client.close()
        return cleaned
      } catch (error) {
        const remedy = 'Run cleanup again with --kubeconfig or KUBECONFIG.'
        const what = ({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`
        const leftovers = openObjects(entries).map((entry) => ({ what: what(entry), why: messageOf(error), remedy }))
        return { removed: [], leftovers }
      }
    },
  }
}

/** A client for the cluster that the flags, or this host's usual settings, mean. Throws SeaworthyError('PLATFORM'). */
export async function connect({ kubeconfig, context }: ClusterAddress) {
  const { openCluster } = await import('../run/cluster/open-cluster.ts')
  const request = { kubeconfig, context, namespace: undefined, image: undefined, install: 'never' as const }
  return (await openCluster(request, process.env, () => undefined)).client
}
