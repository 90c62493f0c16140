import { countReady } from '../kube/answering-pods.ts'
import type { KubeClient, KubeObject } from '../kube/kube-client.ts'
import { CUSTOM_RESOURCE_DEFINITIONS, DAEMON_SETS, DEPLOYMENTS, NODES, PODS } from '../kube/resources.ts'
import { FAULT_GROUP } from '../model/cluster/fault-object.ts'
import { PART_OF, PART_OF_LABEL } from '../model/cluster/permission.ts'
import {
  COMPONENT_LABEL,
  CONTROLLER_NAME,
  DAEMON_NAME,
  METRICS_PORT,
  READY_PATH,
  VERSION_LABEL,
} from '../model/cluster/system.ts'
import { permitted } from './find-installation.ts'

interface Definition extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

interface Workload extends KubeObject {
  readonly status?: {
    readonly observedGeneration?: number
    readonly desiredNumberScheduled?: number
    readonly numberReady?: number
    readonly updatedNumberScheduled?: number
    readonly readyReplicas?: number
    readonly updatedReplicas?: number
    readonly replicas?: number
  }
}

interface PodState extends KubeObject {
  readonly spec?: { readonly nodeName?: string }
  readonly status?: {
    readonly phase?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[]
    readonly containerStatuses?: readonly {
      readonly ready?: boolean
      readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } }
    }[]
  }
}

/** What is not ready yet, in words; empty when a fault would be taken on at once. */
export async function notReady(client: KubeClient, namespace: string): Promise<readonly string[]> {
  const [definitions, daemon, controller] = await Promise.all([
    Promise.all(['faults', 'nodefaults'].map((plural) => definitionNotReady(client, plural))),
    permitted(client.get<Workload>(DAEMON_SETS, DAEMON_NAME, namespace)),
    permitted(client.get<Workload>(DEPLOYMENTS, CONTROLLER_NAME, namespace)),
  ])
  const parts = await Promise.all([daemonNotReady(client, daemon), controllerNotReady(client, controller)])
  return [...definitions.flat(), ...parts.flat()]
}

async function definitionNotReady(client: KubeClient, plural: string): Promise<string[]> {
  const name = `${plural}.${FAULT_GROUP}`
  // Whoever may not read definitions finds out by the API itself whether the kind is served.
  const path = `/apis/${FAULT_GROUP}/v1alpha1`
  const definition = await permitted(client.get<Definition>(CUSTOM_RESOURCE_DEFINITIONS, name))
  if (definition) {
    const established = definition.status?.conditions?.find(({ type }) => type === 'Established')
    return established?.status === 'True' ? [] : [`definition ${name} is not established`]
  }
  const { status, body } = await client.raw({ method: 'GET', path })
  return status === 200 && body.includes(`"${plural}"`) ? [] : [`definition ${name} is not there`]
}

async function daemonNotReady(client: KubeClient, daemon: Workload | undefined): Promise<string[]> {
  if (!daemon) return [`DaemonSet ${DAEMON_NAME} is not there`]
  const status = daemon.status ?? {}
  const { desiredNumberScheduled: wanted = 0, numberReady = 0, updatedNumberScheduled = 0 } = status
  if (!isCurrent(daemon) || wanted === 0) return ['the daemon is not on any node yet']
  const told = Math.min(numberReady, updatedNumberScheduled)
  if (told >= wanted) return []
  const ready = Math.max(told, await readyByWord(client, daemon, 'daemon', updatedNumberScheduled))
  const lost = (await notReadyNodes(client)).length
  return ready >= wanted - lost ? [] : [`the daemon is ready on ${ready} of ${wanted} nodes`]
}

interface NodeState extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

/** Nothing can be started on these, and nothing on them can be hurt. Empty where we may not look. */
export async function notReadyNodes(client: KubeClient): Promise<readonly string[]> {
  const nodes = (await permitted(client.list<NodeState>(NODES))) ?? []
  const isReady = ({ status }: NodeState) =>
    status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True')
  return nodes.filter((node) => !isReady(node)).map(({ metadata }) => metadata.name)
}

async function controllerNotReady(client: KubeClient, controller: Workload | undefined): Promise<string[]> {
  if (!controller) return [`Deployment ${CONTROLLER_NAME} is not there`]
  const { readyReplicas = 0, updatedReplicas = 0, replicas = 0 } = controller.status ?? {}
  const isUpdated = isCurrent(controller) && replicas >= 1 && updatedReplicas >= replicas
  const ready =
    isUpdated && (readyReplicas >= 1 || (await readyByWord(client, controller, 'controller', replicas)) >= 1)
  return ready ? [] : ['the controller is not ready']
}

/** Zero while there are others than those of the newest template, of which `updated` are there. */
async function readyByWord(
  client: KubeClient,
  { metadata }: Workload,
  component: string,
  updated: number,
): Promise<number> {
  const namespace = metadata.namespace ?? ''
  const parts = await partStates(client, namespace, component)
  return parts.length === updated ? countReady(client, namespace, parts, { port: METRICS_PORT, path: READY_PATH }) : 0
}

/** The status is of this generation and not of the one before. */
function isCurrent({ metadata, status }: Workload): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
}

export interface PartState {
  readonly pod: string
  readonly node: string | undefined
  readonly version: string | undefined
  readonly ready: boolean
  readonly deleting: boolean
  /** The pod's own words where it is not ready. */
  readonly why: string
}

/** The pods of one component, in the order of their nodes. Empty where we may not look. */
export async function partStates(
  client: KubeClient,
  namespace: string,
  component: string,
): Promise<readonly PartState[]> {
  const labels = `${PART_OF_LABEL}=${PART_OF},${COMPONENT_LABEL}=${component}`
  const pods = (await permitted(client.list<PodState>(PODS, { namespace, labels }))) ?? []
  return pods.map(partState).sort((a, b) => (a.node ?? '').localeCompare(b.node ?? ''))
}

function partState(pod: PodState): PartState {
  const ready = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  return {
    pod: pod.metadata.name,
    node: pod.spec?.nodeName,
    version: pod.metadata.labels?.[VERSION_LABEL],
    ready: ready && pod.metadata.deletionTimestamp === undefined,
    deleting: pod.metadata.deletionTimestamp !== undefined,
    why: ready ? '' : whyNotReady(pod),
  }
}

function whyNotReady({ metadata, status }: PodState): string {
  if (metadata.deletionTimestamp !== undefined) return 'it is being deleted'
  const waiting = status?.containerStatuses?.flatMap(({ state }) => state?.waiting ?? [])[0]
  if (waiting) return [waiting.reason, waiting.message].filter((part) => part).join(': ')
  const condition = status?.conditions?.find((one) => one.status !== 'True' && one.message)
  return condition?.message ?? `it is ${status?.phase ?? 'unknown'}`
}
