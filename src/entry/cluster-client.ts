import { createKubeClient } from '../kube/create-kube-client.ts'
import type { KubeClient } from '../kube/kube-client.ts'
import { loadConnection } from '../kube/load-connection.ts'

/** The cluster that the flags `--kubeconfig` and `--context` name, or the usual places. Throws SeaworthyError('PLATFORM') as `loadConnection` does. */
export async function clusterClient(flags: Readonly<Record<string, string | undefined>>): Promise<KubeClient> {
  const connection = await loadConnection({
    kubeconfig: flags.kubeconfig,
    context: flags.context,
    env: process.env,
    allowExec: flags['allow-exec']?.split('\n'),
  })
  return createKubeClient(connection)
}
