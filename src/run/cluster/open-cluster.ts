import { defaultImage } from '../../install/objects/manifest.ts'
import { VERSION } from '../../kit/version.ts'
import type { KubeConnection } from '../../kube/connection.ts'
import { createKubeClient } from '../../kube/create-kube-client.ts'
import type { KubeClient } from '../../kube/kube-client.ts'
import { loadConnection } from '../../kube/load-connection.ts'
import type { ClusterRequest } from '../../model/request.ts'

/** The cluster that a run works on. */
export interface OpenCluster {
  readonly client: KubeClient
  readonly connection: KubeConnection
  /** This program's own image there. */
  readonly image: string
  /** Whether a run may bring the daemon and the controller in. */
  readonly install: ClusterRequest['install']
}

/**
 * Reads how the cluster is reached; connects to nothing yet. Credential plugins and unchecked certificates are refused
 * unless the environment allows them by name: `SEAWORTHY_ALLOW_EXEC` (paths, `:` between) and `SEAWORTHY_ALLOW_INSECURE=true`.
 * Throws SeaworthyError('PLATFORM') with the remedy.
 */
export async function openCluster(
  request: ClusterRequest,
  environment: Readonly<Record<string, string | undefined>>,
  onTrouble: (detail: string) => void,
): Promise<OpenCluster> {
  const connection = await loadConnection({
    kubeconfig: request.kubeconfig,
    context: request.context,
    env: environment,
    allowExec: (environment.SEAWORTHY_ALLOW_EXEC ?? '').split(':').filter((path) => path !== ''),
    allowInsecure: environment.SEAWORTHY_ALLOW_INSECURE === 'true',
  })
  return {
    client: createKubeClient(connection, { onTrouble }),
    connection,
    image: request.image ?? defaultImage(VERSION),
    install: request.install,
  }
}
