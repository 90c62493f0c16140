import type { KubeClient } from '../../kube/kube-client.ts'
import { KubeError } from '../../kube/kube-error.ts'
import { NAMESPACES, NODES } from '../../kube/resources.ts'
import { plainWords } from '../../kube/server-words.ts'
import { ALLOW_LABEL, ALLOW_OPEN_LABEL } from '../../model/cluster/fault-object.ts'
import type { PlatformIssue } from '../../model/ports.ts'
import type { Suite } from '../../model/suite.ts'
import { checkEngine } from './check-engine.ts'
import type { ClusterNeeds } from './cluster-needs.ts'
import { kubernetesSystem } from './inventory.ts'
import { missingRights, type Need, rightsNeeded } from './permissions.ts'
import { serverVersion } from './read-versions.ts'
import { conditionOf, type Node } from './shapes.ts'

/** Server-side apply and everything else that is used are stable since; older ones have not been supported for long. */
const OLDEST_MINOR = 28
const LEVELS = ['restricted', 'baseline', 'privileged'] as const
export const ENFORCE_LABEL = 'pod-security.kubernetes.io/enforce'

/**
 * What would stop the run in this cluster, each with what to do about it: versions, rights one by one, the namespace's
 * pod-security level, nodes, the engine. Touches nothing. Throws KubeError when the server does not answer.
 */
export async function preflight(
  client: KubeClient,
  suite: Suite,
  needs: ClusterNeeds,
): Promise<readonly PlatformIssue[]> {
  const { namespace } = kubernetesSystem(suite)
  const groups = await Promise.all([
    checkVersion(client),
    checkRights(client, rightsNeeded(namespace, needs)),
    checkOpen(client, namespace, needs),
    checkPodSecurity(client, namespace, needs),
    checkNodes(client),
    (needs.faults || needs.nodeFaults) && !needs.installs ? checkEngine(client) : [],
  ])
  return groups.flat()
}

/** That the namespace permits open-ended faults; that it permits faults at all is `checkKubernetesPlatform`'s to know. */
export async function checkOpen(
  client: KubeClient,
  namespace: string,
  { openFaults }: ClusterNeeds,
): Promise<readonly PlatformIssue[]> {
  if (!openFaults) return []
  const found = await client.get(NAMESPACES, namespace).catch(hidden)
  if (!found || found.metadata.labels?.[ALLOW_OPEN_LABEL] === 'true') return []
  return [
    issue(
      `namespace ${namespace} does not permit open-ended faults (patch, apply, script, job), and the suite has some`,
      `Permit them: \`kubectl label namespace ${namespace} ${ALLOW_LABEL}=true ${ALLOW_OPEN_LABEL}=true\`.`,
    ),
  ]
}

async function checkVersion(client: KubeClient): Promise<readonly PlatformIssue[]> {
  return versionTrouble(await serverVersion(client))
}

/** What is wrong with a server of this version; nothing where it is not known. Pure. */
export function versionTrouble(version: string | undefined): readonly PlatformIssue[] {
  const minor = Number(/^v1\.(\d+)/.exec(version ?? '')?.[1])
  if (!Number.isFinite(minor) || minor >= OLDEST_MINOR) return []
  return [issue(`the API server is ${version}; at least v1.${OLDEST_MINOR} is needed`, 'Use a newer cluster.')]
}

async function checkRights(client: KubeClient, needs: readonly Need[]): Promise<readonly PlatformIssue[]> {
  const missing = await missingRights(client, needs)
  return missing.map(({ what, remedy }) => issue(what, remedy))
}

/** Whether the pods of the run are admitted. */
export async function checkPodSecurity(
  client: KubeClient,
  namespace: string,
  { pods, podSecurity }: ClusterNeeds,
): Promise<readonly PlatformIssue[]> {
  if (!pods) return []
  const found = await client.get(NAMESPACES, namespace).catch(hidden)
  const level = LEVELS.find((name) => name === found?.metadata.labels?.[ENFORCE_LABEL])
  if (level === undefined || LEVELS.indexOf(level) >= LEVELS.indexOf(podSecurity)) return []
  return [
    issue(
      `namespace ${namespace} enforces pod security ${level}, and pods of this run need ${podSecurity}`,
      `Set it with \`kubectl label namespace ${namespace} ${ENFORCE_LABEL}=${podSecurity} --overwrite\`.`,
    ),
  ]
}

/** Nodes that are not ready, as far as we may look. */
export async function checkNodes(client: KubeClient): Promise<readonly PlatformIssue[]> {
  const nodes = (await client.list<Node>(NODES).catch(hidden)) ?? []
  const bad = nodes.filter(({ status }) => conditionOf(status?.conditions, 'Ready')?.status !== 'True')
  return bad.map(({ metadata, status }) =>
    issue(
      `node ${metadata.name} is not ready: ${plainWords(conditionOf(status?.conditions, 'Ready')?.message ?? 'it does not report', 200)}`,
      `Look at it with \`kubectl describe node ${metadata.name}\`, or remove it.`,
    ),
  )
}

function hidden(error: unknown): undefined {
  if (error instanceof KubeError && error.status === 403) return undefined
  throw error
}

function issue(message: string, remedy: string): PlatformIssue {
  return { line: 1, message, remedy }
}
