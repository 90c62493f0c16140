import type { KubeObject } from '../../kube/kube-client.ts'
import { MANAGED_BY_LABEL } from '../../model/cluster/fault-object.ts'
import { PART_OF, PART_OF_LABEL } from '../../model/cluster/permission.ts'
import type { WorkloadFacts } from '../../model/inventory.ts'
import { isFinished, type Pod, type Workload } from './shapes.ts'

/** All that runs in a namespace, as it was read. */
export interface NamespaceObjects {
  readonly workloads: readonly Workload[]
  readonly pods: readonly Pod[]
}

/** A workload with the pods that are its own now. */
export interface PreviewWorkload {
  /** `Deployment/web` */
  readonly name: string
  readonly kind: string
  readonly uid: string
  /** Labels of its pods. */
  readonly labels: Readonly<Record<string, string>>
  /** How many there are meant to be. */
  readonly desired: number
  /** Set where that is what the suite says that its deploy command brings. */
  readonly brought?: WorkloadFacts['brought']
  readonly pods: readonly Pod[]
}

/** Their pods come and go by design, so that nothing can be said about who ended them. */
const SHORT_LIVED = new Set(['Job', 'CronJob'])

/**
 * The workloads of a namespace with their pods, by name. A ReplicaSet belongs to its Deployment; pods of other controllers
 * are under that controller's name, pods without one under their own. Left out: pods of Jobs, those that have ended, and
 * what Seaworthy itself runs there. Pure.
 */
export function previewOf({ workloads, pods }: NamespaceObjects): readonly PreviewWorkload[] {
  const tops = workloads.filter((workload) => !isOurs(workload) && !(controllerOf(workload) && isReplicaSet(workload)))
  const known = new Map(workloads.map((workload) => [workload.metadata.uid, workload]))
  const owned = Map.groupBy(pods.filter(isCounted), (pod) => topOf(pod, known).name)
  const named = tops.map((workload) => fromWorkload(workload, owned.get(nameOf(workload)) ?? []))
  const names = new Set(named.map(({ name }) => name))
  const others = [...owned].filter(([name]) => !names.has(name)).map(([name, its]) => fromPods(name, its, known))
  return [...named, ...others].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function isCounted(pod: Pod): boolean {
  const kind = controllerOf(pod)?.kind ?? 'Pod'
  return !isOurs(pod) && !SHORT_LIVED.has(kind) && !isFinished(pod)
}

/** Our own pods play the users, or end faults. */
function isOurs({ metadata: { labels } }: KubeObject): boolean {
  return labels?.[MANAGED_BY_LABEL] === 'seaworthy' || labels?.[PART_OF_LABEL] === PART_OF
}

function isReplicaSet({ kind }: KubeObject): boolean {
  return kind === 'ReplicaSet'
}

function controllerOf({ metadata }: KubeObject) {
  return metadata.ownerReferences?.find(({ controller }) => controller)
}

function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`
}

interface Top {
  readonly name: string
  readonly uid: string
}

/** The workload at the top of a pod's owners. */
function topOf(pod: Pod, known: ReadonlyMap<string | undefined, Workload>): Top {
  const owner = controllerOf(pod)
  if (!owner) return { name: nameOf({ ...pod, kind: 'Pod' }), uid: pod.metadata.uid ?? '' }
  const between = owner.kind === 'ReplicaSet' ? known.get(owner.uid) : undefined
  const top = (between && controllerOf(between)) ?? owner
  return { name: `${top.kind}/${top.name}`, uid: top.uid }
}

function fromWorkload(workload: Workload, pods: readonly Pod[]): PreviewWorkload {
  return {
    name: nameOf(workload),
    kind: workload.kind ?? '',
    uid: workload.metadata.uid ?? '',
    labels: workload.spec.template?.metadata?.labels ?? {},
    desired: desiredOf(workload),
    pods: inOrder(pods),
  }
}

function fromPods(
  name: string,
  pods: readonly Pod[],
  known: ReadonlyMap<string | undefined, Workload>,
): PreviewWorkload {
  const first = pods[0]
  return {
    name,
    kind: name.split('/')[0] ?? '',
    uid: first ? topOf(first, known).uid : '',
    labels: first?.metadata.labels ?? {},
    desired: pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined).length,
    pods: inOrder(pods),
  }
}

export function desiredOf({ kind, spec, status }: Workload): number {
  return kind === 'DaemonSet' ? (status?.desiredNumberScheduled ?? 0) : (spec.replicas ?? 1)
}

function inOrder(pods: readonly Pod[]): readonly Pod[] {
  const created = ({ metadata }: Pod) => Date.parse(metadata.creationTimestamp ?? '') || 0
  return [...pods].sort((a, b) => created(a) - created(b) || (a.metadata.name < b.metadata.name ? -1 : 1))
}
