import { join } from 'node:path'
import { SeaworthyError } from '../../src/kit/errors.ts'
import type { Cluster } from './cluster.ts'
import { kubernetesPrograms } from './parts/programs.ts'
import { run } from './tools.ts'

/** Whether tests are to use a cluster of somebody else's. */
export function isExternal(): boolean {
  return process.env.SEAWORTHY_TEST_CLUSTER === 'external'
}

/** Throws `PLATFORM` when the cluster is external: `action` needs one of our own. */
export function refuseExternal(action: string): void {
  if (!isExternal()) return
  throw new SeaworthyError('PLATFORM', `an external cluster does not let us ${action}`, {
    remedy: 'Unset SEAWORTHY_TEST_CLUSTER to use a cluster that the tests bring up themselves.',
  })
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string }
    readonly status: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] }
  }[]
}

/** The cluster that `KUBECONFIG` names. Throws `PLATFORM` without that variable, or when its API server does not answer. */
export async function externalCluster(): Promise<Cluster> {
  const kubeconfig = process.env.KUBECONFIG
  if (!kubeconfig) {
    throw new SeaworthyError('PLATFORM', 'there is no KUBECONFIG for the external cluster', {
      remedy: 'Set KUBECONFIG to its file, or unset SEAWORTHY_TEST_CLUSTER.',
    })
  }
  const kubectlPath = join(await kubernetesPrograms(), 'kubectl')
  const kubectl = (...args: readonly string[]) => run(kubectlPath, ['--kubeconfig', kubeconfig, ...args])
  const server = await kubectl('config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}')
  const { items } = JSON.parse(await kubectl('get', 'nodes', '--output', 'json')) as NodeList
  const nodes = items.map(({ metadata, status }) => ({
    name: metadata.name,
    netns: undefined,
    ip: status.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
  }))
  return {
    kubeconfig,
    server,
    token: '',
    kubectlPath,
    nodes,
    podCidr: undefined,
    serviceCidr: undefined,
    processes: {},
  }
}
