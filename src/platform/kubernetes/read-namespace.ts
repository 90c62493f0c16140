import type { KubeClient, Resource } from '../../kube/kube-client.ts'
import { DAEMON_SETS, DEPLOYMENTS, PODS, REPLICA_SETS, STATEFUL_SETS } from '../../kube/resources.ts'
import type { NamespaceObjects } from './preview.ts'
import type { Pod, Workload } from './shapes.ts'

/** What may be a workload of a suite. */
export const WORKLOAD_KINDS: readonly Resource[] = [DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS, REPLICA_SETS]

/** One look at a namespace; empty where it is not there. Throws KubeError. */
export async function readNamespace(client: KubeClient, namespace: string): Promise<NamespaceObjects> {
  const [pods, ...workloads] = await Promise.all([
    client.list<Pod>(PODS, { namespace }),
    ...WORKLOAD_KINDS.map((kind) => client.list<Workload>(kind, { namespace })),
  ])
  return { pods, workloads: workloads.flat() }
}
