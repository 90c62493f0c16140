import type { KubeClient } from '../kube/kube-client.ts'
import { type FoundInstallation, findInstallation } from './find-installation.ts'
import { allFaults, isLive, spokenFault } from './live-faults.ts'
import { notReady, type PartState, partStates } from './readiness.ts'

export interface EngineStatus {
  /** Undefined: nothing of it was found. */
  readonly installed: FoundInstallation | undefined
  /** What is not ready, in words; empty when all is. */
  readonly missing: readonly string[]
  /** One a node; empty where we may not look. */
  readonly daemons: readonly PartState[]
  readonly controllers: readonly PartState[]
  /** Faults that are on, or about to be. */
  readonly liveFaults: readonly string[]
}

/** What there is of Seaworthy in the cluster. Touches nothing. Throws KubeError when the server does not answer. */
export async function engineStatus(client: KubeClient, expectedNamespace: string): Promise<EngineStatus> {
  const installed = await findInstallation(client, expectedNamespace)
  if (!installed) return { installed, missing: ['it is not installed'], daemons: [], controllers: [], liveFaults: [] }
  const { namespace } = installed
  const [missing, daemons, controllers, faults] = await Promise.all([
    notReady(client, namespace),
    partStates(client, namespace, 'daemon'),
    partStates(client, namespace, 'controller'),
    allFaults(client),
  ])
  return { installed, missing, daemons, controllers, liveFaults: faults.filter(isLive).map(spokenFault) }
}
