import type { KubeClient } from '../../kube/kube-client.ts'
import { NODES } from '../../kube/resources.ts'
import { plainWords } from '../../kube/server-words.ts'
import type { Node } from './shapes.ts'

/** `Kubernetes v1.34.4, 2 nodes, containerd://1.6.20`; less where we may not look. Throws KubeError without an answer. */
export async function readVersions(client: KubeClient): Promise<string> {
  const [version, nodes] = await Promise.all([
    serverVersion(client),
    client.list<Node>(NODES).catch((): readonly Node[] => []),
  ])
  const runtimes = new Set(nodes.map(({ status }) => status?.nodeInfo?.containerRuntimeVersion).filter((name) => name))
  return [
    `Kubernetes ${version ?? 'of unknown version'}`,
    ...(nodes.length === 0 ? [] : [nodes.length === 1 ? '1 node' : `${nodes.length} nodes`]),
    ...[...runtimes].map((name) => plainWords(name ?? '', 80)),
  ].join(', ')
}

/** `v1.34.4`, or undefined where the server does not say. */
export async function serverVersion(client: KubeClient): Promise<string | undefined> {
  const { status, body } = await client.raw({ method: 'GET', path: '/version' })
  return status === 200 ? versionOf(body) : undefined
}

/** The same, of an answer to `/version`. Pure. */
export function versionOf(body: Buffer): string | undefined {
  try {
    const { gitVersion } = JSON.parse(body.toString('utf8')) as { readonly gitVersion?: unknown }
    return typeof gitVersion === 'string' ? plainWords(gitVersion, 60) : undefined
  } catch {
    return undefined
  }
}
