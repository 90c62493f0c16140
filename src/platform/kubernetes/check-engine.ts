import { VERSION } from '../../kit/version.ts'
import { countReady } from '../../kube/answering-pods.ts'
import type { KubeClient, KubeObject, Resource } from '../../kube/kube-client.ts'
import { KubeError } from '../../kube/kube-error.ts'
import { DAEMON_SETS, DEPLOYMENTS, PODS } from '../../kube/resources.ts'
import { plainWords } from '../../kube/server-words.ts'
import { SYSTEM_NAMESPACE } from '../../model/cluster/fault-object.ts'
import { PART_OF, PART_OF_LABEL } from '../../model/cluster/permission.ts'
import {
  COMPONENT_LABEL,
  CONTROLLER_NAME,
  DAEMON_NAME,
  METRICS_PORT,
  READY_PATH,
  VERSION_LABEL,
} from '../../model/cluster/system.ts'
import type { PlatformIssue } from '../../model/ports.ts'
import { desiredOf } from './preview.ts'
import { lacking } from './rollout.ts'
import { isReady, type Pod, type Workload } from './shapes.ts'

interface Part {
  readonly resource: Resource
  readonly name: string
  readonly component: string
}

const PARTS: readonly Part[] = [
  { resource: DEPLOYMENTS, name: CONTROLLER_NAME, component: 'controller' },
  { resource: DAEMON_SETS, name: DAEMON_NAME, component: 'daemon' },
]

/**
 * Whether the engine is there, of this version and ready. Nothing is said about what we may not look at: who may create
 * faults need not see the system's namespace. Throws KubeError when the server does not answer.
 */
export async function checkEngine(client: KubeClient): Promise<readonly PlatformIssue[]> {
  return (await Promise.all(PARTS.map((part) => checkPart(client, part)))).flat()
}

async function checkPart(client: KubeClient, part: Part): Promise<readonly PlatformIssue[]> {
  const spoken = `${part.resource.kind} ${SYSTEM_NAMESPACE}/${part.name}`
  try {
    const found = await client.get<Workload & KubeObject>(part.resource, part.name, SYSTEM_NAMESPACE)
    if (!found) return [issue(`the engine is not installed: there is no ${spoken}`, 'Install it: `seaworthy install`.')]
    const version = found.metadata.labels?.[VERSION_LABEL]
    const lacks = await lackingNow(client, part, { ...found, kind: part.resource.kind })
    return [
      ...(version === VERSION
        ? []
        : [
            issue(
              `${spoken} is of version ${plainWords(version ?? 'unknown', 40)}, and this is ${VERSION}`,
              `Install the same version: \`seaworthy install\`, or use seaworthy ${plainWords(version ?? '', 40)}.`,
            ),
          ]),
      ...(lacks === undefined
        ? []
        : [
            issue(`${spoken} is not ready: ${lacks}`, `Look at its pods: \`kubectl get pods -n ${SYSTEM_NAMESPACE}\`.`),
          ]),
    ]
  } catch (error) {
    if (error instanceof KubeError && error.status === 403) return []
    throw error
  }
}

/** Right after an installation the pods say that they are ready before their kubelets do. */
async function lackingNow(client: KubeClient, part: Part, workload: Workload): Promise<string | undefined> {
  const lacks = lacking(workload)
  if (lacks === undefined || lacking(asIfReady(workload)) !== undefined) return lacks
  const labels = `${PART_OF_LABEL}=${PART_OF},${COMPONENT_LABEL}=${part.component}`
  const pods = await client.list<Pod>(PODS, { namespace: SYSTEM_NAMESPACE, labels })
  const asked = pods.map((pod) => ({
    pod: pod.metadata.name,
    ready: isReady(pod),
    deleting: pod.metadata.deletionTimestamp !== undefined,
  }))
  const ready = await countReady(client, SYSTEM_NAMESPACE, asked, { port: METRICS_PORT, path: READY_PATH })
  return asked.length === desiredOf(workload) && ready === asked.length ? undefined : lacks
}

function asIfReady(workload: Workload): Workload {
  const desired = desiredOf(workload)
  return {
    ...workload,
    status: { ...workload.status, numberReady: desired, readyReplicas: desired, availableReplicas: desired },
  }
}

function issue(message: string, remedy: string): PlatformIssue {
  return { line: 1, message, remedy }
}
